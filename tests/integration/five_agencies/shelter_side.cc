#include "tests/integration/five_agencies/shelter_side.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::five {
namespace {

// Of the notes where there are any: the name may be a document's.
std::string TokenOf(const Json& fields) {
  const std::string notes = fields.value("service_referral_notes", "");
  return notes.empty() ? fields.value("name_nickname", "") : notes.substr(notes.rfind(' ') + 1);
}

}  // namespace

absl::Status ShelterSide::Open(const std::string& folder) {
  AMANA_ASSIGN_OR_RETURN(primero_, tests::PrimeroServer::Start());
  return RealFileSystem().WriteAtomically(folder + "/primero.password", tests::kPrimeroPassword,
                                          0400);
}

std::string ShelterSide::Tables() const {
  return absl::StrCat(
      "[case]\nlegal_basis = \"CONSENT\"\nembassy_contact = \"NOT_ASSESSED\"\n"
      "[case.recipients]\nPSYCHOSOCIAL = \"iom/desk\"\n"
      "[native]\nlist_fields = [\"nationality\", \"language\"]\n[native.primero]\nurl = \"",
      primero_->url(), "\"\nuser = \"", tests::kPrimeroUser,
      "\"\npassword_file = \"primero.password\"\nrefer_to = \"intake\"\n[native.sms]\nurl = \"",
      primero_->sms_url(), "\"\nto = \"+254700000000\"\n");
}

absl::Status ShelterSide::Refer(const Person& person) {
  const Json data = {{"service_type", "PSYCHOSOCIAL"}, {"service_response_timeframe", "NORMAL"},
                     {"subject_class", "ADULT"},       {"consent_reference", person.consent},
                     {"name_nickname", person.token},  {"risk_level", "low"}};
  referrals_.push_back(Json{{"data", data}}.dump());
  return absl::OkStatus();
}

bool ShelterSide::Step(const std::string& about, const std::string& step, const Json& details) {
  const Json item = {{"key", absl::StrCat("step/", step)},
                     {"kind", "HANDOVER"},
                     {"about", about},
                     {"code", step},
                     {"details", details}};
  return api_.Call("POST", "/v1/items", item.dump()).is_object();
}

absl::Status ShelterSide::Act() {
  while (!referrals_.empty()) {
    if (!api_.Call("POST", "/v1/native", referrals_.front()).is_object()) break;
    referrals_.pop_front();
  }
  for (const auto& [id, fields] : primero_->Cases()) {
    const std::vector<Json> referrals = primero_->Referrals(id);
    if (!referrals.empty() && referrals.front()["status"] == "in_progress") {
      primero_->Decide(id, "accepted");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Effects> ShelterSide::Look() {
  Effects effects;
  for (const auto& [id, fields] : primero_->Cases()) {
    const std::string token = TokenOf(fields);
    ++effects["case " + token];
    if (fields.contains("name_last")) ++effects["whole case " + token];
    effects["referral " + token] += static_cast<int>(primero_->Referrals(id).size());
  }
  for (const Json& sms : primero_->Sms()) ++effects["sms " + sms.value("text", "")];
  return effects;
}

absl::StatusOr<Json> ShelterSide::Records() {
  Json records = {{"cases", Json::array()}, {"referrals", Json::array()}, {"sms", primero_->Sms()}};
  for (const auto& [id, fields] : primero_->Cases()) {
    records["cases"].push_back(fields);
    for (const Json& referral : primero_->Referrals(id)) records["referrals"].push_back(referral);
  }
  return records;
}

}  // namespace amana::five
