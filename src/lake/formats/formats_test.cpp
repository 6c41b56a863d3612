// What text is, by grok patterns, by users' classifiers, and inside of compressed files.
#include <bzlib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "lake/classify.h"
#include "lake/formats/custom.h"
#include "lake/formats/grok.h"
#include "lake/formats/unpack.h"

namespace freshet::lake {
namespace {

std::string words_of(const std::vector<Column>& columns) {
    std::string text;
    for (const Column& column : columns)
        text += (text.empty() ? "" : ",") + column.name + " " + column.type;
    return text;
}

/// "classification: columns", or the reason why it is nothing.
std::string judged(const std::string& text, const std::vector<CustomClassifier>& customs = {}) {
    auto made = classify(Bytes::copy(text), true, text.size() + 1, customs);
    if (!made) return made.error();
    return made->format.classification + ": " + words_of(made->format.columns);
}

CustomClassifier custom(ClassifierKind kind) {
    CustomClassifier one;
    one.kind = kind;
    one.key.name = "mine";
    one.classification = "own";
    return one;
}

TEST(Grok, fields_have_their_types_and_lines_are_found) {
    const auto grok =
        Grok::make("%{IP:client} %{QUEUE:Queue} %{NUMBER:bytes:long} (?<rest>.*)", "QUEUE [A-F]+");
    ASSERT_TRUE(grok) << grok.error();
    EXPECT_EQ(words_of(grok->columns()), "client string,queue string,bytes bigint,rest string");
    EXPECT_TRUE(grok->matches("10.0.0.1 ABC 17 more"));
    EXPECT_TRUE(grok->matches("2001:db8::1 ABC 17 "));
    EXPECT_FALSE(grok->matches("10.0.0.1 abc 17 more"));
}

TEST(Grok, what_cannot_be_matched_is_refused_with_its_reason) {
    const auto error = [](const char* pattern, const char* definitions = "") {
        const auto made = Grok::make(pattern, definitions);
        return made ? std::string("none") : made.error();
    };
    EXPECT_THAT(error("%{NOSUCH:a}"), testing::HasSubstr("no pattern NOSUCH"));
    EXPECT_THAT(error("%{WORD}"), testing::HasSubstr("names no field"));
    EXPECT_THAT(error("%{WORD:a:date}"), testing::HasSubstr("date is not a type"));
    EXPECT_THAT(error("%{WORD:a} (?=x)"), testing::HasSubstr("not understood"));
    EXPECT_THAT(error("%{A:a}", "A %{A}"), testing::HasSubstr("without an end"));
    EXPECT_THAT(error("%{WORD:a", ""), testing::HasSubstr("no }"));
    EXPECT_THAT(error("%{WORD:a}", "NAME"), testing::HasSubstr("not a name and an expression"));
}

TEST(Grok, every_pattern_that_is_known_is_one) {
    for (const auto& [name, pattern] : grok_patterns()) {
        const auto made = Grok::make("%{" + name + ":field}", "");
        EXPECT_TRUE(made) << name << ": " << made.error();
    }
    for (const LogFormat& format : log_formats())
        EXPECT_TRUE(Grok::make(format.pattern, "")) << format.classification;
}

TEST(Classify, logs_are_known_by_their_lines) {
    const std::string common =
        R"(192.168.2.20 - frank [28/Jul/2006:10:27:10 -0300] "GET /cgi-bin/try/ HTTP/1.0" 200 3395)";
    EXPECT_EQ(judged(common + "\n" + common + "\n"),
              "apache: clientip string,ident string,auth string,timestamp string,verb string,"
              "request string,httpversion string,rawrequest string,response string,bytes string");
    EXPECT_THAT(judged(common + R"re( "http://a/b" "Mozilla/5.0 (X11)")re" + "\n"),
                testing::StartsWith("combined_apache: clientip string"));
    EXPECT_THAT(judged("Oct 11 22:14:15 mymachine su[230]: 'su root' failed\n"),
                testing::StartsWith("linux_kernel: timestamp string"));
    EXPECT_THAT(judged("E, [2026-11-30T10:00:00.1 #42] ERROR -- app: no, it is not\n"),
                testing::StartsWith("ruby_logger: timestamp string"));
    EXPECT_THAT(
        judged("1066036250.603 310 192.0.2.1 TCP_MISS/304 233 GET http://a.example/ - DIRECT/- "
               "text/html\n"),
        testing::StartsWith("squid: timestamp string"));
    EXPECT_THAT(judged("1339518083.107412 [0 127.0.0.1:60866] \"keys\" \"*\"\n"),
                testing::StartsWith("redismonlog: timestamp string"));
    EXPECT_THAT(judged("4018:M 14 Nov 07:01:22.119 * Background saving terminated\n"),
                testing::StartsWith("redislog: pid string"));
}

TEST(Classify, a_users_classifier_comes_first_when_it_is_sure_and_last_when_it_is_not) {
    CustomClassifier grok = custom(ClassifierKind::grok);
    grok.grok_pattern = "^%{NUMBER:a:int};%{WORD:b}$";
    EXPECT_EQ(judged("1;x\n2;y\n", {grok}), "own: a int,b string");
    // One line in two: CSV is sure of itself.
    EXPECT_EQ(judged("1;x\n2;y z\n", {grok}), "csv: col0 bigint,col1 string");
    EXPECT_EQ(judged("1;x\nnothing of that kind\n", {grok}), "own: a int,b string");
    EXPECT_THAT(judged("nothing\n", {grok}), testing::HasSubstr("not by classifier mine"));
}

TEST(Classify, csv_by_a_users_classifier) {
    CustomClassifier csv = custom(ClassifierKind::csv);
    csv.delimiter = "^";
    csv.quote = "'";
    csv.header_rule = HeaderRule::absent;
    csv.header = {"Name", "Born", "Weight"};
    EXPECT_EQ(judged("'a^b'^2001-02-03^1\nc^2004-05-06^2\n", {csv}),
              "csv: name string,born string,weight bigint");
    csv.has_datatypes = true;
    csv.datatypes = {"DATE", "SHORT", "STRING"};
    EXPECT_EQ(judged("'a^b'^2001-02-03^1\nc^2004-05-06^2\n", {csv}),
              "csv: name string,born date,weight smallint");
    CustomClassifier single = custom(ClassifierKind::csv);
    single.takes_single_column = true;
    single.header_rule = HeaderRule::present;
    EXPECT_EQ(judged("word\na\nb\n", {single}), "csv: word string");
    CustomClassifier header = custom(ClassifierKind::csv);
    header.header = {"a", "b"};
    EXPECT_THAT(judged("1,2,3\n4,5,6\n", {header}), testing::StartsWith("csv: col0"));
}

TEST(Classify, json_by_a_path_and_xml_by_a_row) {
    CustomClassifier json = custom(ClassifierKind::json);
    json.json_path = "$.data['rows'][*]";
    EXPECT_EQ(judged(R"({"data": {"rows": [{"a": 1},
 {"a": 2.5, "b": "x"}]}})",
                     {json}),
              "json: a double,b string");
    json.json_path = "$[*]";
    EXPECT_EQ(judged(R"([{"a": 1}, {"b": true}])", {json}), "json: a int,b boolean");
    CustomClassifier xml = custom(ClassifierKind::xml);
    xml.row_tag = "row";
    EXPECT_EQ(judged("<t><row id='7'><Name>x</Name><p><q>1</q></p></row>"
                     "<row id='8'><v>1</v><v>2.5</v></row></t>",
                     {xml}),
              "own: _id int,name string,p struct<q:int>,v array<double>");
    EXPECT_THAT(judged("<t><row/></t>"), testing::HasSubstr("it is XML"));
}

TEST(Classifier, what_judges_no_file_is_refused) {
    CustomClassifier json = custom(ClassifierKind::json);
    for (const char* path : {"", "a", "$..a", "$[", "$[a]", "$x"}) {
        json.json_path = path;
        EXPECT_FALSE(check_classifier(json)) << path;
    }
    EXPECT_FALSE(check_classifier(custom(ClassifierKind::xml)));
    CustomClassifier csv = custom(ClassifierKind::csv);
    EXPECT_TRUE(check_classifier(csv));
    csv.has_datatypes = true;
    EXPECT_FALSE(check_classifier(csv));
    csv.datatypes = {"NUMERIC"};
    EXPECT_FALSE(check_classifier(csv));
}

std::string gzip(const std::string& text) {
    std::string out(text.size() + 100, '\0');
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

std::string bzip(std::string text) {
    std::string out(text.size() + 1000, '\0');
    auto size = static_cast<unsigned>(out.size());
    EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &size, text.data(),
                                       static_cast<unsigned>(text.size()), 1, 0, 0),
              BZ_OK);
    out.resize(size);
    return out;
}

std::string zstd(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

std::string lz4(const std::string& text) {
    std::string out(LZ4F_compressFrameBound(text.size(), nullptr), '\0');
    out.resize(LZ4F_compressFrame(out.data(), out.size(), text.data(), text.size(), nullptr));
    return out;
}

std::string xz(const std::string& text) {
    std::string out(lzma_stream_buffer_bound(text.size()), '\0');
    std::size_t size = 0;
    EXPECT_EQ(lzma_easy_buffer_encode(
                  6, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                  text.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()),
              LZMA_OK);
    out.resize(size);
    return out;
}

std::string little(std::size_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
}

/// One member of a ZIP archive, whose sizes come after it when it is deflated.
std::string zip_member(const std::string& text, bool is_deflated) {
    std::string raw = text;
    if (is_deflated) {
        const std::string packed = gzip(text);
        raw = packed.substr(10, packed.size() - 18);  // without gzip's header and end
    }
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
    const std::string sizes = little(crc, 4) + little(raw.size(), 4) + little(text.size(), 4);
    return "PK\3\4" + little(20, 2) + little(is_deflated ? 8 : 0, 2) +
           little(is_deflated ? 8 : 0, 2) + little(0, 4) +
           (is_deflated ? std::string(12, '\0') : sizes) + little(5, 2) + little(0, 2) + "a.csv" +
           raw + (is_deflated ? "PK\7\x8" + sizes : "");
}

/// As much of the directory at an archive's end as is looked at.
std::string zip(const std::string& members) { return members + "PK\1\2 and so on"; }

std::string number(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
    return out;
}

/// A block of one literal of at most 60 bytes.
std::string snap(const std::string& text) {
    return std::string(1, static_cast<char>(text.size())) +
           static_cast<char>((text.size() - 1) << 2) + text;
}

TEST(Unpack, containers_are_known_by_their_bytes) {
    const std::string text = "a,b\n1,2\n", block = snap(text);
    const std::string hadoop = number(static_cast<std::uint32_t>(text.size())) +
                               number(static_cast<std::uint32_t>(block.size())) + block;
    const std::string java = std::string("\x82SNAPPY\0", 8) + number(1) + number(1) +
                             number(static_cast<std::uint32_t>(block.size())) + block;
    const std::map<std::string, std::string> all{{gzip(text) + gzip(text), "gzip"},
                                                 {bzip(text) + bzip(text), "bzip2"},
                                                 {hadoop + hadoop, "snappy"},
                                                 {zstd(text) + zstd(text), "zstd"},
                                                 {lz4(text) + lz4(text), "lz4"},
                                                 {xz(text) + xz(text), "xz"},
                                                 {zip(zip_member(text + text, true)), "zip"},
                                                 {text + text, ""}};
    for (const auto& [packed, name] : all) {
        const auto found = unpack(Bytes::copy(packed), true, 1000);
        ASSERT_TRUE(found) << name << ": " << found.error();
        EXPECT_EQ(found->compression, name);
        EXPECT_EQ(found->data.view(), text + text) << name;
        EXPECT_TRUE(found->is_whole) << name;
    }
    const auto stored = unpack(Bytes::copy(zip(zip_member(text, false))), true, 1000);
    ASSERT_TRUE(stored) << stored.error();
    EXPECT_EQ(stored->data.view(), text);
    const auto of_java = unpack(Bytes::copy(java), true, 1000);
    ASSERT_TRUE(of_java);
    EXPECT_EQ(of_java->data.view(), text);
}

TEST(Unpack, a_cut_file_gives_its_front) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919 % 104729) + "\n";
    for (const std::string& packed :
         {gzip(text), bzip(text), zstd(text), lz4(text), xz(text), zip_member(text, true)}) {
        const auto cut = unpack(Bytes::copy(packed.substr(0, packed.size() / 2)), true, 10'000);
        ASSERT_TRUE(cut) << cut.error();
        EXPECT_FALSE(cut->is_whole);
        EXPECT_EQ(cut->data.view(), text.substr(0, 10'000));
    }
}

TEST(Unpack, a_damaged_front_is_refused) {
    using namespace std::string_view_literals;
    for (const auto front : {"\x1f\x8b\x08no"sv, "\x28\xb5\x2f\xfd...."sv, "\x04\x22\x4d\x18...."sv,
                             "\xfd"
                             "7zXZ\0.."sv,
                             "PK\3\4.."sv}) {
        const auto made = unpack(Bytes::copy(front), true, 10);
        ASSERT_FALSE(made);
        EXPECT_THAT(made.error(), testing::HasSubstr("cannot be unpacked"));
    }
}

TEST(Unpack, a_zip_archive_has_one_member) {
    for (const bool is_deflated : {true, false}) {
        const std::string member = zip_member("a,b\n", is_deflated);
        const auto two = unpack(Bytes::copy(zip(member + member)), true, 100);
        ASSERT_FALSE(two);
        EXPECT_THAT(two.error(), testing::HasSubstr("several members"));
    }
}

TEST(Unpack, what_would_take_too_much_memory_is_refused) {
    // A frame whose window is 2 GiB, as its header says.
    EXPECT_FALSE(unpack(Bytes::copy(std::string("\x28\xb5\x2f\xfd\x00\xa8....", 10)), true, 10));
}

}  // namespace
}  // namespace freshet::lake
