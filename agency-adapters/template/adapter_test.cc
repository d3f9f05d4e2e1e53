#include "agency-adapters/template/adapter.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"

namespace amana::forms {
namespace {

using runtime::DeliveryKind;
using runtime::NativeDelivery;
using runtime::Settlement;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct NoIntake : runtime::Intake {
  absl::Status Take(const runtime::NativeItem&) override {
    return absl::UnimplementedError("none");
  }
};

class TemplateTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* place : {"in", "done", "refused", "out"}) {
      AMANA_ASSERT_OK(files_.CreateDirectories(dir_.File(place)));
    }
    auto reader = ConfigReader::FromText("folder = '.'\n", dir_.File("native.toml"));
    const runtime::AdapterOpener opener = FactoryOf((*reader)->Root());
    AMANA_ASSERT_OK((*reader)->Finish());
    auto adapter = opener({intake_, clock_, "haven", dir_.File("state")});
    AMANA_ASSERT_OK(adapter);
    adapter_ = *std::move(adapter);
  }
  void Write(const std::string& name, const std::string& content) {
    AMANA_ASSERT_OK(files_.WriteAtomically(dir_.File(name), content, kPrivateFile));
  }
  std::string Read(const std::string& name) { return files_.Read(dir_.File(name)).value_or(""); }
  std::vector<std::string> Shown() {
    std::vector<std::string> numbers;
    const auto items = adapter_->Poll(64);
    AMANA_EXPECT_OK(items);
    for (const runtime::NativeItem& item : *items) numbers.push_back(item.key);
    return numbers;
  }
  static NativeDelivery Case() {
    NativeDelivery d;
    d.key = "police/00aa/1/0/1/AT_OFFER";
    d.referral = "police/00aa/1";
    d.record.fields = {{"CALLED", {"SYNTHETIC"}}, {"SPEAKS", {"swa", "eng"}}};
    return d;
  }

  FileSystem& files_ = RealFileSystem();
  const TempDir dir_;
  NoIntake intake_;
  const FakeClock clock_{absl::FromUnixSeconds(1930000000)};
  std::unique_ptr<runtime::Adapter> adapter_;
};

TEST_F(TemplateTest, AFormIsShownUntilItIsAnsweredAndAnAnswerMayBeToldAgain) {
  Write("in/KC-2.json", R"({"number": "KC-2", "kind": "CASE", "fields": {"CALLED": ["x"]}})");
  Write("in/KC-1.json", R"({"number": "KC-1", "kind": "CASE", "fields": {"CALLED": ["x"]}})");
  Write("in/KC-3.json.part", R"({"number": )");
  EXPECT_THAT(Shown(), ElementsAre("KC-1", "KC-2"));
  EXPECT_THAT(*adapter_->Poll(1), testing::SizeIs(1));
  for (int again = 0; again < 2; ++again) {
    AMANA_ASSERT_OK(adapter_->Settle("KC-1", {.state = Settlement::State::kTaken}));
    AMANA_ASSERT_OK(adapter_->Settle(
        "KC-2",
        {.state = Settlement::State::kRefused, .reason = "CODE_UNKNOWN", .field = "CALLED"}));
    EXPECT_THAT(Shown(), IsEmpty());
    EXPECT_THAT(Read("done/KC-1.json"), HasSubstr("TAKEN"));
    EXPECT_THAT(Read("refused/KC-2.json"), HasSubstr("CODE_UNKNOWN"));
  }
  // Redriven: the new word stands alone.
  AMANA_ASSERT_OK(adapter_->Settle("KC-2", {.state = Settlement::State::kTaken}));
  AMANA_ASSERT_OK(adapter_->Settle("KC-2", {.state = Settlement::State::kAccepted}));
  EXPECT_THAT(Read("done/KC-2.json"), HasSubstr("ACCEPTED"));
  EXPECT_EQ(Read("refused/KC-2.json"), "");
  // Mended, and shown again.
  AMANA_ASSERT_OK(adapter_->Settle("KC-1", {.state = Settlement::State::kRefused}));
  AMANA_ASSERT_OK(files_.Remove(dir_.File("refused/KC-1.json")));
  EXPECT_THAT(Shown(), ElementsAre("KC-1"));
}

TEST_F(TemplateTest, AFormThatCannotBeReadIsRefusedByNameAndTheRestIsShown) {
  const std::pair<const char*, const char*> refused[] = {
      {"not json at all", "form"},
      {R"([1, 2])", "form"},
      {R"({"number": "B", "kind": "CASE", "fields": {"CALLED": 7}})", "form"},
      {R"({"number": "B"})", "form"},
      {R"({"number": "B", "kind": "GUESS"})", "kind"},
      {R"({"number": "C", "kind": "CASE"})", "number"},
      {R"({"number": "../B", "kind": "CASE"})", "number"},
      {R"({"number": "B", "kind": "CASE", "sex": "F"})", "sex"},
  };
  Write("in/Z.json", R"({"number": "Z", "kind": "ACCEPT", "about": "police/00aa/1/0/1/AT_OFFER"})");
  for (const auto& [form, field] : refused) {
    Write("in/B.json", form);
    EXPECT_THAT(Shown(), ElementsAre("Z")) << form;
    EXPECT_THAT(Read("refused/B.json"), HasSubstr(std::string("\"field\": \"") + field + "\""))
        << form;
    AMANA_ASSERT_OK(files_.Remove(dir_.File("refused/B.json")));
  }
}

TEST_F(TemplateTest, WhatIsNoFormIsRefusedByItselfAndTheRestIsShown) {
  Write("in/Z.json", R"({"number": "Z", "kind": "CASE"})");
  Write("in/LARGE.json", R"({"number": "LARGE", "words": ")" + std::string(300 << 10, ' ') + "\"}");
  Write("secret", R"({"number": "LINK", "kind": "CASE"})");
  std::filesystem::create_directory(dir_.File("in/FOLDER.json"));
  std::filesystem::create_symlink(dir_.File("secret"), dir_.File("in/LINK.json"));
  ASSERT_EQ(mkfifo(dir_.File("in/PIPE.json").c_str(), 0600), 0);
  std::ofstream(dir_.File("in/" + std::string(240, 'L') + ".json")) << "{}";
  EXPECT_THAT(Shown(), ElementsAre("Z"));
  for (const char* name : {"LARGE", "FOLDER", "LINK", "PIPE"}) {
    EXPECT_THAT(Read("refused/" + std::string(name) + ".json"), HasSubstr("FILE_UNFIT")) << name;
  }
  EXPECT_THAT(*files_.List(dir_.File("refused")), testing::SizeIs(4));
}

TEST_F(TemplateTest, ANumberOfAnotherProgramLeadsOutOfNoFolder) {
  for (const char* number : {"../escaped", "EXAMPLE/1", "/tmp/escaped"}) {
    AMANA_EXPECT_OK(adapter_->Settle(number, {.state = Settlement::State::kTaken}));
  }
  EXPECT_THAT(*files_.List(dir_.path()), ElementsAre("done", "in", "out", "refused"));
  EXPECT_THAT(*files_.List(dir_.File("done")), IsEmpty());
}

TEST_F(TemplateTest, ADeliveryIsWrittenOnceUnderItsKey) {
  EXPECT_EQ(*adapter_->Find(Case().key), std::nullopt);
  const auto id = adapter_->Deliver(Case());
  AMANA_ASSERT_OK(id);
  EXPECT_EQ(*adapter_->Find(Case().key), *id);
  const std::string file = "out/" + *id + ".json";
  EXPECT_THAT(Read(file), HasSubstr("SYNTHETIC"));
  // The agency has read it; nothing comes back.
  Write(file, "");
  EXPECT_EQ(*adapter_->Deliver(Case()), *id);
  EXPECT_EQ(Read(file), "");
  EXPECT_THAT(*files_.List(dir_.File("out")), testing::SizeIs(1));
}

TEST_F(TemplateTest, ARecallLeavesNothingOfTheCaseAndMayComeAgain) {
  NativeDelivery recall = Case();
  recall.key = "recall/" + recall.key;
  recall.kind = DeliveryKind::kRecall;
  recall.about = Case().key;
  recall.reason = "CONSENT_WITHDRAWN";
  recall.record = {};
  const std::string id = *adapter_->Deliver(Case());
  for (int again = 0; again < 2; ++again) {
    AMANA_ASSERT_OK(adapter_->Deliver(recall));
    EXPECT_THAT(Read("out/" + id + ".json"), Not(HasSubstr("SYNTHETIC")));
    EXPECT_THAT(Read("out/" + *adapter_->Deliver(recall) + ".json"), HasSubstr("WITHDRAWN"));
    // As if it had died between the two: the case is gone, and the recall is not told yet.
    AMANA_ASSERT_OK(files_.Remove(dir_.File("out/" + *adapter_->Deliver(recall) + ".json")));
    EXPECT_EQ(*adapter_->Find(recall.key), std::nullopt);
  }
}

TEST_F(TemplateTest, WhatHasNoPlaceInAFormIsRefusedAndAFolderThatIsGoneIsNotMadeUp) {
  NativeDelivery image = Case();
  image.attachments = {{"TRAVEL_DOC", "image/jpeg", "SYNTHETIC"}};
  EXPECT_EQ(ErrorField(adapter_->Deliver(image).status()), "attachments");
  EXPECT_TRUE(adapter_->Check().ok);
  AMANA_ASSERT_OK(files_.Remove(dir_.File("out")));
  EXPECT_FALSE(adapter_->Check().ok);
  EXPECT_FALSE(adapter_->Deliver(Case()).ok());
  EXPECT_FALSE(*files_.Exists(dir_.File("out")));
}

// What the guide promises.
TEST(TemplateSize, ItIsShorterThan150Lines) {
  const char* source = std::getenv("AMANA_SOURCE_DIR");
  ASSERT_NE(source, nullptr);
  ptrdiff_t lines = 0;
  for (const char* name : {"adapter.h", "adapter.cc", "template_main.cc"}) {
    const auto text =
        RealFileSystem().Read(std::string(source) + "/agency-adapters/template/" + name);
    AMANA_ASSERT_OK(text);
    lines += std::count(text->begin(), text->end(), '\n');
  }
  EXPECT_LT(lines, 150);
}

}  // namespace
}  // namespace amana::forms
