// Case data that goes through the broker is found nowhere in it: not in its memory, on its disk, in
// its log or in its metrics. The same search finds it in the recipient's memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "agency-adapters/sdk/rpcs.h"
#include "base/testing.h"
#include "proto/crypto/random.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"
#include "tests/support/http_get.h"
#include "tests/support/memory_search.h"

namespace amana::tests {
namespace {

using testing::IsEmpty;

constexpr v1::Category kCategories[] = {
    v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_IDENTITY, v1::CATEGORY_DEMOGRAPHIC,
    v1::CATEGORY_TRAVEL_DOC,   v1::CATEGORY_LOCATION, v1::CATEGORY_EXPLOITATION,
    v1::CATEGORY_MEDICAL,      v1::CATEGORY_RISK,     v1::CATEGORY_FAMILY,
    v1::CATEGORY_LEGAL,        v1::CATEGORY_SERVICES, v1::CATEGORY_ATTACHMENTS};

class CanaryTest : public testing::Test {
 protected:
  CanaryTest() {
    broker_.environment = {{"AMANA_ALLOW_CORE", "1"}};
    AMANA_EXPECT_OK(broker_.Start());
    auto police = Endpoint::Open(world_.agency_config("police"));
    AMANA_EXPECT_OK(police.status());
    police_ = *std::move(police);
    AMANA_EXPECT_OK(police_->sender().AddCandidate(SampleCandidate(AddressOf("haven/intake"))));
  }

  // A referral with `content` in a section of every category, all at offer.
  void Send(const std::string& content) {
    ConsentUse consent{SampleConsent(absl::Now()), {}};
    consent.record.clear_categories();
    for (const v1::Category category : kCategories) consent.record.add_categories(category);
    const auto registered = police_->sender().QueueConsent(consent.record);
    AMANA_ASSERT_OK(registered.status());
    consent.digest = registered->digest;
    sdk::ReferralDraft draft =
        SampleReferral(consent, AddressOf("haven/intake"), content, absl::Now());
    draft.sections.clear();
    for (const v1::Category category : kCategories) {
      draft.sections.push_back(
          {category, "application/json", v1::DISCLOSURE_STAGE_AT_OFFER, content});
    }
    AMANA_ASSERT_OK(police_->sender().Queue(draft).status());
    const auto flushed = police_->sender().Flush();
    AMANA_ASSERT_OK(flushed.status());
    AMANA_ASSERT_OK(flushed->trouble);
    ASSERT_EQ(flushed->accepted, 2u);
  }

  // A recipient that has opened what it received.
  void StartReader() {
    auto reader = ChildProcess::Start(
        {.command = {ProgramPath("fault_canary_reader"), world_.agency_config("intake")},
         .environment = {},
         .stderr_file = world_.File("reader.log")});
    AMANA_ASSERT_OK(reader.status());
    reader_ = *std::move(reader);
    const auto line = reader_->ReadLine(absl::Seconds(20));
    AMANA_ASSERT_OK(line.status());
    EXPECT_EQ(*line, std::to_string(std::size(kCategories)));
  }

  std::vector<std::string> SearchBroker(const std::vector<Needle>& needles) {
    auto found = SearchMemory(broker_.pid(), needles);
    AMANA_EXPECT_OK(found.status());
    return found.value_or(std::vector<std::string>());
  }

  BrokerWorld world_{{.broker_settings = "[logging]\nlevel = \"debug\"\n", .data_dir = ""}};
  BrokerProcess broker_{world_};
  std::unique_ptr<Endpoint> police_;
  std::unique_ptr<ChildProcess> reader_;
};

TEST_F(CanaryTest, CaseDataIsFoundInTheRecipientAndNowhereInTheBroker) {
  const std::string canary = crypto::RandomBytes(24);
  const std::vector<Needle> needles = FormsOf(canary);
  Send("SYNTHETIC " + canary + " " + needles[1].bytes + " " + needles[3].bytes);
  EXPECT_THAT(SearchBroker(needles), IsEmpty());
  StartReader();

  const auto control = SearchMemory(reader_->pid(), needles);
  AMANA_ASSERT_OK(control.status());
  for (const char* form : {"raw", "hex", "base64"}) {
    EXPECT_THAT(*control, testing::Contains(testing::StartsWith(form))) << "the search is blind";
  }
  EXPECT_THAT(SearchBroker(needles), IsEmpty());
  const std::string metrics = HttpGet(broker_.metrics_port(), "/metrics");
  EXPECT_THAT(metrics, testing::HasSubstr("amana_"));
  EXPECT_THAT(SearchText(metrics, "metrics", needles), IsEmpty());
  AMANA_EXPECT_OK(broker_.Stop());
  EXPECT_THAT(SearchFiles(world_.data_dir(), needles), IsEmpty());
  EXPECT_THAT(SearchFiles(world_.broker_log(), needles), IsEmpty());
  // The recipient keeps what it received sealed, too.
  EXPECT_THAT(SearchFiles(world_.File("endpoints"), needles), IsEmpty());

  world_.Write("broker/data/control", "x" + needles[1].bytes);
  EXPECT_THAT(SearchFiles(world_.data_dir(), needles), testing::SizeIs(1)) << "the search is blind";
}

// What a client puts where it does not belong must not be repeated: not to it, not to the log.
TEST_F(CanaryTest, RefusalsRepeatNothingOfWhatTheyRefuse) {
  const std::string canary = crypto::RandomBytes(24);
  const std::vector<Needle> needles = FormsOf(canary);
  const std::string text = needles[1].bytes;
  std::string errors;
  const auto refused = [&](const auto& rpc, const auto& request) {
    const auto response = police_->client().Call(rpc, request);
    EXPECT_FALSE(response.ok());
    errors += response.status().ToString() + "\n";
  };
  v1::SubmitRequest submit;
  submit.mutable_submission()->mutable_header()->set_payload_type(text);
  submit.mutable_submission()->mutable_header()->set_payload(canary);
  refused(sdk::kSubmit, submit);
  v1::GetReferralRequest get;
  get.mutable_referral()->set_sender_agency(text);
  get.mutable_referral()->set_referral_id(canary);
  refused(sdk::kGetReferral, get);
  v1::ReadTileRequest tile;
  tile.set_path(text);
  refused(sdk::kReadTile, tile);
  v1::ListReferralsRequest list;
  list.set_page_token(text);
  refused(sdk::kListReferrals, list);
  sdk::ReceiveStream stream(police_->client());
  AMANA_EXPECT_OK(stream.Open(*UnitId::Create(text.substr(0, 48))));
  const auto opened = stream.Read(absl::Seconds(10));
  EXPECT_FALSE(opened.ok());
  errors += opened.status().ToString();

  std::vector<Needle> half = needles;
  half.push_back({"part", text.substr(0, 48)});
  EXPECT_THAT(SearchText(errors, "errors", half), IsEmpty()) << errors;
  EXPECT_THAT(SearchText(HttpGet(broker_.metrics_port(), "/metrics"), "metrics", half), IsEmpty());
  AMANA_EXPECT_OK(broker_.Stop());
  EXPECT_THAT(SearchFiles(world_.broker_log(), half), IsEmpty());
  EXPECT_THAT(SearchFiles(world_.data_dir(), half), IsEmpty());
}

// Without the test's leave the broker leaves no core, and its memory is nobody's of the same user.
TEST_F(CanaryTest, CoreDumpsAreOff) {
  broker_.environment.clear();
  AMANA_ASSERT_OK(broker_.Start());
  const std::string path = "/proc/" + std::to_string(broker_.pid()) + "/limits";
  std::ifstream file(path);
  const std::string limits{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const size_t at = limits.find("Max core file size");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(limits.substr(at + 18, 100).find_first_not_of(' '), limits.substr(at + 18).find('0'));
}

}  // namespace
}  // namespace amana::tests
