// Plain: POST of a ready case, of its referral and of the SMS; read by one GET a case.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "agency-adapters/shelter/adapter.h"
#include "agency-adapters/shelter/primero.h"
#include "base/config.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "tests/bench/adapters_plain_http.h"
#include "tests/bench/adapters_side.h"
#include "tests/support/primero_server.h"

namespace amana::tests {
namespace {

class ShelterSide final : public AdapterSide {
 public:
  static absl::StatusOr<std::unique_ptr<AdapterSide>> Open() {
    auto side = std::make_unique<ShelterSide>();
    AMANA_ASSIGN_OR_RETURN(side->primero_, PrimeroServer::Start());
    AMANA_RETURN_IF_ERROR(side->primero_->KeepIn(side->world_.folder.File("primero")));
    AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(side->world_.folder.File("password"),
                                                           kPrimeroPassword, 0400));
    AMANA_ASSIGN_OR_RETURN(side->adapter_, side->OpenAdapter("writer"));
    AMANA_ASSIGN_OR_RETURN(side->reader_, side->OpenAdapter("reader"));
    side->plain_ = std::make_unique<PlainHttp>(http::ClientOptions());
    AMANA_RETURN_IF_ERROR(side->Login());
    return side;
  }

  const char* name() const override { return "shelter"; }
  const char* server() const override { return "Primero's API and an SMS gateway, a synced file"; }
  bool in_process() const override { return true; }
  runtime::Adapter& adapter() override { return *adapter_; }
  runtime::Adapter& reader() override { return *reader_; }

  runtime::NativeDelivery Delivery(uint64_t number) const override {
    runtime::NativeDelivery delivery;
    delivery.key = BenchKey(number);
    delivery.referral = BenchReferral(number);
    delivery.sender = "police-a/dci";
    delivery.service = "ACCOMMODATION";
    delivery.urgency = "URGENT";
    delivery.at = world_.clock.Now();
    delivery.record.fields = {{"name_first", {"TESTCASE-1"}},
                              {"name_last", {"SYNTHETIC"}},
                              {"age", {"32"}},
                              {"sex", {"female"}},
                              {"language", {"swahili"}},
                              {"nationality", {"uganda", "kenya"}},
                              {"telephone_current", {"+254 700 000 000"}}};
    return delivery;
  }

  absl::Status PlainWrite(uint64_t number) override {
    const std::string id = shelter::CaseIdOf("plain " + BenchKey(number));
    AMANA_RETURN_IF_ERROR(WriteCase(id));
    return plain_->Call("POST", primero_->sms_url(),
                        {"Content-Type: application/json", "Idempotency-Key: " + id},
                        R"({"to": "+254700000000", "text": "New item 7Q2M waiting."})");
  }

  absl::Status Fill(size_t items, bool plain) override {
    ids_.clear();
    for (size_t i = 0; i < items; ++i) {
      const std::string key = absl::StrCat("read/", ++filled_);
      ids_.push_back(shelter::CaseIdOf(key));
      if (plain) {
        AMANA_RETURN_IF_ERROR(WriteCase(ids_.back()));
      } else {
        runtime::NativeDelivery delivery = Delivery(0);
        delivery.key = key;
        AMANA_RETURN_IF_ERROR(reader_->Deliver(delivery).status());
      }
      primero_->Decide(ids_.back(), "rejected", "NO_CAPACITY: SYNTHETIC");
    }
    return absl::OkStatus();
  }

  absl::Status PlainRead(size_t) override {
    for (const std::string& id : ids_) {
      AMANA_RETURN_IF_ERROR(plain_->Call(
          "GET", absl::StrCat(primero_->url(), "/api/v2/cases/", id, "/referrals"), headers_, ""));
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::unique_ptr<runtime::Adapter>> OpenAdapter(const std::string& name) {
    const std::string toml = absl::StrCat(
        "list_fields = ['nationality']\n[primero]\nurl = '", primero_->url(), "'\nuser = '",
        kPrimeroUser, "'\npassword_file = 'password'\nrefer_to = 'intake'\n[sms]\nurl = '",
        primero_->sms_url(), "'\nto = '+254700000000'\n");
    AMANA_ASSIGN_OR_RETURN(auto reader,
                           ConfigReader::FromText(toml, world_.folder.File("native.toml")));
    const runtime::AdapterOpener open = shelter::FactoryOf(reader->Root());
    AMANA_RETURN_IF_ERROR(reader->Finish());
    runtime::AdapterContext context = world_.Context("haven");
    return open({context.intake, context.clock, context.agency, world_.folder.File(name)});
  }

  absl::Status Login() {
    const nlohmann::json body = {
        {"user", {{"user_name", kPrimeroUser}, {"password", kPrimeroPassword}}}};
    AMANA_RETURN_IF_ERROR(plain_->Call("POST", primero_->url() + "/api/v2/tokens",
                                       {"Content-Type: application/json"}, body.dump()));
    const size_t at = plain_->answer().find("Authorization: ");
    if (at == std::string::npos) return absl::InternalError("no token");
    headers_ = {"Content-Type: application/json",
                plain_->answer().substr(at, plain_->answer().find('\r', at) - at)};
    return absl::OkStatus();
  }

  absl::Status WriteCase(const std::string& id) {
    const std::string cases = primero_->url() + "/api/v2/cases";
    AMANA_RETURN_IF_ERROR(plain_->Call(
        "POST", cases, headers_,
        absl::StrCat(R"({"data":{"age":"32","id":")", id,
                     R"(","language":"swahili","name_first":"TESTCASE-1","name_last":"SYNTHETIC",)"
                     R"("nationality":["uganda","kenya"],"sex":"female",)"
                     R"("telephone_current":"+254 700 000 000"}})")));
    return plain_->Call("POST", absl::StrCat(cases, "/", id, "/referrals"), headers_,
                        R"({"data":{"transitioned_to":"intake","notes":"Amana: ACCOMMODATION"}})");
  }

  SideWorld world_;
  std::unique_ptr<PrimeroServer> primero_;
  std::unique_ptr<runtime::Adapter> adapter_, reader_;
  std::unique_ptr<PlainHttp> plain_;
  std::vector<std::string> headers_;
  std::vector<std::string> ids_;
  uint64_t filled_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdapterSide>> OpenShelterSide() { return ShelterSide::Open(); }

}  // namespace amana::tests
