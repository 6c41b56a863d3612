//! The AWS SDK for Rust. `freshet-client ENDPOINT` does what is asserted below and prints one line of JSON.
use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{PutRecordsRequestEntry, Record, ShardIteratorType, StartingPosition, StreamStatus};
use aws_sdk_kinesis::Client;
use std::time::Duration;

fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..size)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect()
}

async fn create(client: &Client, name: &str) {
    client.create_stream().stream_name(name).shard_count(1).send().await.unwrap();
    loop {
        let summary = client.describe_stream_summary().stream_name(name).send().await.unwrap();
        if summary.stream_description_summary().unwrap().stream_status() == &StreamStatus::Active {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn put(client: &Client, stream: &str, number: usize) {
    client.put_record().stream_name(stream).partition_key(format!("key-{number}")).data(Blob::new(number.to_string())).send().await.unwrap();
}

async fn read(client: &Client, stream: &str, shard: &str) -> Vec<Record> {
    let begin = client.get_shard_iterator().stream_name(stream).shard_id(shard).shard_iterator_type(ShardIteratorType::TrimHorizon).send().await.unwrap();
    let mut at = begin.shard_iterator().map(String::from);
    let mut all = Vec::new();
    while let Some(from) = at {
        let answer = client.get_records().shard_iterator(from).send().await.unwrap();
        let done = answer.records().is_empty() && answer.millis_behind_latest() == Some(0);
        all.extend_from_slice(answer.records());
        at = if done { None } else { answer.next_shard_iterator().map(String::from) };
    }
    all
}

async fn records(client: &Client) {
    create(client, "records").await;
    let large = noise((1 << 20) - 1, 7);
    let single = client.put_record().stream_name("records").partition_key("l").data(Blob::new(large.clone())).send().await.unwrap();
    let batch = (0..500).map(|i| PutRecordsRequestEntry::builder().partition_key(format!("ключ-{i}")).data(Blob::new(noise(i, i as u64))).build().unwrap()).collect();
    let many = client.put_records().stream_name("records").set_records(Some(batch)).send().await.unwrap();
    assert_eq!((many.failed_record_count(), many.records().len()), (Some(0), 500));
    let all = read(client, "records", single.shard_id()).await;
    assert_eq!(all.len(), 501);
    assert!(all[0].data().as_ref() == large && all[0].sequence_number() == single.sequence_number());
    for i in 0..500 {
        assert!(all[i + 1].data().as_ref() == noise(i, i as u64) && all[i + 1].partition_key() == Some(format!("ключ-{i}").as_str()), "record {i}");
    }
}

async fn refusals(client: &Client) {
    let gone = client.describe_stream_summary().stream_name("nowhere").send().await.unwrap_err().into_service_error();
    assert!(gone.is_resource_not_found_exception(), "{gone:?}");
    let used = client.create_stream().stream_name("records").shard_count(1).send().await.unwrap_err().into_service_error();
    assert!(used.is_resource_in_use_exception(), "{used:?}");
    let bad = client.get_records().shard_iterator("AAAA").send().await.unwrap_err().into_service_error();
    assert!(bad.is_invalid_argument_exception(), "{bad:?}");
}

async fn fan_out(client: &Client) {
    create(client, "pushed").await;
    for i in 0..20 {
        put(client, "pushed", i).await;
    }
    let summary = client.describe_stream_summary().stream_name("pushed").send().await.unwrap();
    let arn = summary.stream_description_summary().unwrap().stream_arn();
    let consumer = client.register_stream_consumer().stream_arn(arn).consumer_name("rust").send().await.unwrap();
    let position = StartingPosition::builder().r#type(ShardIteratorType::TrimHorizon).build().unwrap();
    let mut events = client
        .subscribe_to_shard()
        .consumer_arn(consumer.consumer().unwrap().consumer_arn())
        .shard_id("shardId-000000000000")
        .starting_position(position)
        .send()
        .await
        .unwrap()
        .event_stream;
    let (mut data, mut children) = (Vec::new(), 0);
    while let Some(event) = events.recv().await.unwrap() {
        let pushed = event.as_subscribe_to_shard_event().unwrap();
        for record in pushed.records() {
            data.push(String::from_utf8(record.data().as_ref().to_vec()).unwrap());
        }
        if data.len() == 20 && pushed.child_shards().is_empty() {
            for i in 20..40 {
                put(client, "pushed", i).await;
            }
            client.split_shard().stream_name("pushed").shard_to_split("0").new_starting_hash_key("1000").send().await.unwrap();
        }
        children += pushed.child_shards().len();
    }
    assert_eq!(data, (0..40).map(|i| i.to_string()).collect::<Vec<_>>());
    assert_eq!(children, 2);
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let config = aws_sdk_kinesis::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(std::env::args().nth(1).unwrap())
        .credentials_provider(Credentials::from_keys("test", "test", None))
        .build();
    let client = Client::from_conf(config);
    records(&client).await;
    refusals(&client).await;
    fan_out(&client).await;
    println!("{{\"checked\":[\"records\",\"refusals\",\"fan-out\"]}}");
}
