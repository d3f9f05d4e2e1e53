#include "tests/integration/five_agencies/police_side.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "tests/support/free_port.h"
#include "tests/support/test_pki.h"

namespace amana::five {
namespace {

Json Context() {
  return {{"nc", "https://docs.oasis-open.org/niemopen/ns/model/niem-core/6.0/"},
          {"j", "https://docs.oasis-open.org/niemopen/ns/model/domains/justice/6.0/"},
          {"hs", "https://docs.oasis-open.org/niemopen/ns/model/domains/humanServices/6.0/"},
          {"x", "urn:example:referral-broker:ext:1"}};
}

Json Service(const std::string& code, const std::string& provider) {
  return {{"hs:Service", {{"x:ServiceCode", code}, {"x:ProviderID", provider}}}};
}

Json CaseOf(const Person& person, bool immigration) {
  Json services = {Service("ACCOMMODATION", "SHELTER.SYNTH.07"),
                   Service("TRAVEL_DOCUMENT", "MFA.SYNTH.01")};
  if (immigration) services.push_back(Service("IMMIGRATION_STATUS", "DIS.SYNTH.01"));
  const Json victim = {
      {"nc:PersonName",
       {{"nc:PersonGivenName", person.token}, {"nc:PersonSurName", "SYNTHETIC-SURNAME"}}},
      {"nc:PersonBirthDate", {{"nc:Date", "1999-01-01"}}},
      {"nc:PersonSexText", "Female"},
      {"nc:PersonCitizenshipISO3166Alpha3Code", {"UGA"}},
      {"nc:PersonLanguage", {{{"nc:LanguageName", "lug"}}}}};
  return {{"@context", Context()},
          {"x:NationalPoliceCase", {{"x:OBNumber", PoliceSide::ObNumber(person)}}},
          {"nc:Referral",
           {{"nc:ReferralMandatoryIndicator", false},
            {"hs:ReferralReasonText", "SYNTHETIC-NOTE " + person.token},
            {"x:UrgencyCode", "URGENT"},
            {"x:ConsentReference", person.consent}}},
          {"hs:HumanTraffickingVictim", {{"j:VictimPerson", victim}}},
          {"nc:Passport",
           {{"nc:PassportNumberIdentification", {{"nc:IdentificationID", "SYNTH0001"}}},
            {"nc:PassportCategoryText", "P"},
            {"x:IssuingStateCode", "UGA"}}},
          {"x:Risk", {{"x:RiskLevelCode", "high"}}},
          {"hs:RequestedDirectServiceVictimAssociation", services}};
}

Json Decision(const std::string& ob_number, Json decision) {
  return {{"@context", {{"x", "urn:example:referral-broker:ext:1"}}},
          {"x:NationalPoliceCase", {{"x:OBNumber", ob_number}}},
          {"x:Decision", std::move(decision)}};
}

std::string Text(const Json& object, const char* name) { return object.value(name, ""); }

}  // namespace

PoliceSide::PoliceSide() : port_(tests::FreePort()) {}

absl::Status PoliceSide::Open(const std::string&) {
  AMANA_ASSIGN_OR_RETURN(backend_, tests::PoliceBackend::Start(files_.Server()));
  http::ClientOptions options = files_.Client();
  options.connect_timeout = absl::Seconds(1);
  options.timeout = absl::Seconds(5);
  AMANA_ASSIGN_OR_RETURN(client_, http::Client::Create(std::move(options)));
  return absl::OkStatus();
}

std::string PoliceSide::Tables() const {
  const auto file = [this](const char* name) { return "\"" + files_.File(name) + "\"\n"; };
  return absl::StrCat(
      "[case]\nlegal_basis = \"CONSENT\"\nembassy_contact = \"NOT_ASSESSED\"\n"
      "copy_to = [\"iom/desk\"]\n[native]\nbase = \"",
      backend_->base(), "\"\nca_file = ", file("root.pem"),
      "certificate_file = ", file("client.pem"), "key_file = ", file("client.key"),
      "listen = \"127.0.0.1:", port_, "\"\nlisten_certificate_file = ", file("server.pem"),
      "listen_key_file = ", file("server.key"), "client_ca_file = ", file("root.pem"),
      "client_name = \"", crypto::ToUri(tests::TestSpiffe("police", crypto::Role::kSystem)),
      "\"\n");
}

std::string PoliceSide::ObNumber(const Person& person) { return "OB/2031/" + person.token; }

void PoliceSide::Queue(const std::string& id, const Json& document) {
  posts_.push_back({id, document.dump()});
}

absl::Status PoliceSide::Refer(const Person& person) {
  Queue("case-" + person.token, CaseOf(person, immigration_));
  return absl::OkStatus();
}

void PoliceSide::Step(const std::string& ob_number, const std::string& step, const Json& details) {
  Json decision = {{"x:DecisionCode", "HANDOVER"}, {"x:ReasonCode", step}};
  decision.update(details);
  Queue(absl::StrCat("step-", ++steps_), Decision(ob_number, std::move(decision)));
}

absl::Status PoliceSide::Act() {
  for (const tests::PoliceBackend::Message& message : backend_->messages()) {
    const Json delivery = message.document.value("x:Delivery", Json::object());
    if (Text(delivery, "x:KindCode") != "CASE" || Text(delivery, "x:StageCode") != "AT_OFFER" ||
        !decided_.insert(message.key).second) {
      continue;
    }
    Queue(absl::StrCat("accept-", decided_.size()),
          Decision(message.id, {{"x:DecisionCode", "ACCEPT"}, {"x:CaseReference", message.key}}));
  }
  while (!posts_.empty()) {
    http::Request request;
    request.method = "POST";
    request.path = absl::StrCat("https://localhost:", port_, "/v1/items");
    request.headers = {{"Content-Type", "application/json"},
                       {"Idempotency-Key", posts_.front().id}};
    request.body = posts_.front().document;
    const absl::StatusOr<http::Response> answer = client_->Call(request);
    // As the guide says: silence and 503 are tried again, anything but 200 is final.
    if (!answer.ok() || answer->status == 503) return absl::OkStatus();
    if (answer->status != 200) {
      return absl::InternalError(absl::StrCat("the police's ", posts_.front().id, " got ",
                                              answer->status, " ", answer->body));
    }
    posts_.pop_front();
  }
  return absl::OkStatus();
}

absl::StatusOr<Effects> PoliceSide::Look() {
  Effects effects;
  for (const tests::PoliceBackend::Message& message : backend_->messages()) {
    const Json& document = message.document;
    if (document.contains("x:Settlement")) {
      ++effects[absl::StrCat("settled ", Text(document["x:NationalPoliceCase"], "x:MessageID"), " ",
                             Text(document["x:Settlement"], "x:StateCode"))];
      continue;
    }
    const Json& delivery = document.at("x:Delivery");
    if (Text(delivery, "x:KindCode") == "NOTICE") {
      ++effects[absl::StrCat("notice ", Text(delivery, "x:AboutKey"), " ",
                             delivery.value("x:TaskNumeric", 0), " ",
                             Text(delivery, "x:EventCode"))];
      continue;
    }
    ++effects[absl::StrCat(
        "case ",
        document.value(Json::json_pointer("/hs:HumanTraffickingVictim/j:VictimPerson/"
                                          "nc:PersonName/nc:PersonGivenName"),
                       std::string()),
        " ", Text(delivery, "x:StageCode"))];
  }
  return effects;
}

absl::StatusOr<Json> PoliceSide::Records() {
  Json records = Json::array();
  for (const tests::PoliceBackend::Message& message : backend_->messages()) {
    records.push_back(message.document);
  }
  return records;
}

}  // namespace amana::five
