// The AWS SDK for Go v2. `client ENDPOINT` does what is asserted below and prints one line of JSON.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

var ctx = context.Background()

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func check(holds bool, what string, values ...any) {
	if !holds {
		log.Fatalf("%s: %v", what, values)
	}
}

func noise(size int, seed int64) []byte {
	data := make([]byte, size)
	rand.New(rand.NewSource(seed)).Read(data)
	return data
}

func create(client *kinesis.Client, name string, shards int32) {
	_, err := client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: &name, ShardCount: &shards})
	must(err)
	must(kinesis.NewStreamExistsWaiter(client).Wait(ctx, &kinesis.DescribeStreamInput{StreamName: &name}, time.Minute))
}

func read(client *kinesis.Client, stream, shard string) []types.Record {
	begin, err := client.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{StreamName: &stream, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
	must(err)
	var all []types.Record
	for at := begin.ShardIterator; at != nil; {
		answer, err := client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: at})
		must(err)
		all = append(all, answer.Records...)
		at = answer.NextShardIterator
		if len(answer.Records) == 0 && *answer.MillisBehindLatest == 0 {
			break
		}
	}
	return all
}

func put(client *kinesis.Client, stream string, number int) {
	_, err := client.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: &stream, PartitionKey: aws.String(fmt.Sprintf("key-%d", number)), Data: []byte(fmt.Sprint(number))})
	must(err)
}

func records(client *kinesis.Client) {
	create(client, "records", 1)
	large := noise(1<<20-1, 1)
	single, err := client.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: aws.String("records"), PartitionKey: aws.String("l"), Data: large})
	must(err)
	var batch []types.PutRecordsRequestEntry
	for i := 0; i < 500; i++ {
		batch = append(batch, types.PutRecordsRequestEntry{PartitionKey: aws.String(fmt.Sprintf("ключ-%d", i)), Data: noise(i, int64(i))})
	}
	many, err := client.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: aws.String("records"), Records: batch})
	must(err)
	check(*many.FailedRecordCount == 0 && len(many.Records) == 500, "batch", many)
	all := read(client, "records", *single.ShardId)
	check(len(all) == 501 && bytes.Equal(all[0].Data, large) && *all[0].SequenceNumber == *single.SequenceNumber, "the large record", len(all))
	for i := 0; i < 500; i++ {
		check(bytes.Equal(all[i+1].Data, noise(i, int64(i))) && *all[i+1].PartitionKey == fmt.Sprintf("ключ-%d", i), "record", i)
	}
}

func refusals(client *kinesis.Client) {
	_, err := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("nowhere")})
	var gone *types.ResourceNotFoundException
	check(errors.As(err, &gone) && gone.ErrorMessage() == "Stream nowhere under account 000000000000 not found.", "not found", err)
	_, err = client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: aws.String("records"), ShardCount: aws.Int32(1)})
	var used *types.ResourceInUseException
	check(errors.As(err, &used), "in use", err)
	_, err = client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: aws.String("AAAA")})
	var bad *types.InvalidArgumentException
	check(errors.As(err, &bad), "bad iterator", err)
}

func fanOut(client *kinesis.Client) {
	create(client, "pushed", 1)
	for i := 0; i < 20; i++ {
		put(client, "pushed", i)
	}
	summary, err := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("pushed")})
	must(err)
	consumer, err := client.RegisterStreamConsumer(ctx, &kinesis.RegisterStreamConsumerInput{StreamARN: summary.StreamDescriptionSummary.StreamARN, ConsumerName: aws.String("go")})
	must(err)
	answer, err := client.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{ConsumerARN: consumer.Consumer.ConsumerARN, ShardId: aws.String("shardId-000000000000"),
		StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon}})
	must(err)
	events := answer.GetStream()
	defer events.Close()
	var data []string
	var children []types.ChildShard
	for event := range events.Events() {
		pushed := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
		for _, record := range pushed.Records {
			data = append(data, string(record.Data))
		}
		if len(data) == 20 && len(children) == 0 && len(pushed.ChildShards) == 0 {
			for i := 20; i < 40; i++ {
				put(client, "pushed", i)
			}
			_, err := client.SplitShard(ctx, &kinesis.SplitShardInput{StreamName: aws.String("pushed"), ShardToSplit: aws.String("0"), NewStartingHashKey: aws.String("1000")})
			must(err)
		}
		children = append(children, pushed.ChildShards...)
	}
	must(events.Err())
	check(len(data) == 40 && len(children) == 2, "the past, what came and the end", data, children)
	for i, text := range data {
		check(text == fmt.Sprint(i), "in order", data)
	}
	check(len(read(client, "pushed", "shardId-000000000000")) == 40, "the closed shard")
}

func main() {
	client := kinesis.New(kinesis.Options{Region: "us-east-1", BaseEndpoint: aws.String(os.Args[1]), Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	records(client)
	refusals(client)
	fanOut(client)
	fmt.Println(`{"checked":["records","refusals","fan-out"]}`)
}
