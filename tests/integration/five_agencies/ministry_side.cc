#include "tests/integration/five_agencies/ministry_side.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agency-adapters/foreign-affairs/affairs_for_test.h"
#include "agency-adapters/foreign-affairs/judge.h"
#include "agency-adapters/foreign-affairs/post.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::five {
namespace {

using foreign_affairs::kTheirs;
using foreign_affairs::MailKeys;
using foreign_affairs::MailWorld;
using foreign_affairs::Reference;

constexpr absl::Duration kBetweenLooks = absl::Milliseconds(200);

const MailWorld& Mail() { return foreign_affairs::World(); }
MailKeys Theirs() { return Mail().Theirs(Mail().ministry); }

// "7Q2MX0V9K3ZB81TD.v1"
Reference ReferenceOf(const Json& referral) {
  const std::string text = referral.value("reference", "");
  return {text.substr(0, text.find('.')), 1};
}

}  // namespace

MinistrySide::~MinistrySide() = default;

absl::Status MinistrySide::Open(const std::string& folder) {
  AMANA_ASSIGN_OR_RETURN(servers_, tests::MailServers::Start());
  net::MailServer server;
  server.url = servers_->Smtps();
  server.ca_file = servers_->ca_file();
  server.user = tests::kMinistryAddress;
  server.password = crypto::Secret(tests::kMailPassword);
  AMANA_ASSIGN_OR_RETURN(sender_, net::MailSender::Create(std::move(server)));
  FileSystem& files = RealFileSystem();
  for (const auto& [name, text] :
       {std::pair("password", std::string(tests::kMailPassword)),
        std::pair("own.pem", Mail().ours.cert_pem), std::pair("own.key", Mail().ours.key_pem),
        std::pair("ministry.pem", Mail().ministry.cert_pem)}) {
    AMANA_RETURN_IF_ERROR(files.WriteAtomically(absl::StrCat(folder, "/", name), text, 0400));
  }
  return absl::OkStatus();
}

std::string MinistrySide::Tables() const {
  return absl::StrCat(
      "[case]\nlegal_basis = \"CONSENT\"\nembassy_contact = \"NOT_ASSESSED\"\n"
      "[native]\naddress = \"",
      tests::kBrokerAddress, "\"\nministry = \"", tests::kMinistryAddress, "\"\nsmtp = \"",
      servers_->Smtps(), "\"\nimap = \"", servers_->Imaps(), "\"\nmail_ca = \"",
      servers_->ca_file(),
      "\"\npassword_file = \"password\"\nsigning_certificate = \"own.pem\"\n"
      "signing_key = \"own.key\"\nsealing_certificate = \"own.pem\"\nsealing_key = \"own.key\"\n"
      "ministry_sealing_certificates = \"ministry.pem\"\n"
      "ministry_signing_certificates = \"ministry.pem\"\ncopy_grace = \"10s\"\n");
}

absl::Status MinistrySide::Send(const std::string& mail) {
  return sender_->Send(tests::kMinistryAddress, {tests::kBrokerAddress}, mail);
}

absl::Status MinistrySide::Refer(const Person& person) {
  const Json referral = {{"fields",
                          {{"SERVICE", "BASIC_NEEDS"},
                           {"URGENCY", "NORMAL"},
                           {"SUBJECT", "ADULT"},
                           {"RECIPIENT", "haven/intake"},
                           {"CONSENT_REF", person.consent},
                           {"KNOWN_AS", person.token}}}};
  const std::string content = foreign_affairs::WriteContent("REFER\r\n", referral.dump());
  const std::string mail = Mail().Write("a referral", content, Mail().ministry);
  AMANA_ASSIGN_OR_RETURN(const auto read, foreign_affairs::ReadMail(mail));
  AMANA_ASSIGN_OR_RETURN(const auto opened,
                         foreign_affairs::OpenMail(Mail().keys, read.root, Mail().now));
  tags_[person.token] = foreign_affairs::TagOf(foreign_affairs::OwnCaseKey(opened.digest));
  return Send(mail);
}

absl::StatusOr<MinistrySide::Letter> MinistrySide::Open(const std::string& mail,
                                                        const std::string& name) const {
  AMANA_ASSIGN_OR_RETURN(const auto read, foreign_affairs::ReadMail(mail));
  AMANA_ASSIGN_OR_RETURN(const auto opened,
                         foreign_affairs::OpenMail(Theirs(), read.root, Mail().now));
  Letter letter{read.message_id, opened.content.parts.at(0).body, read.from, nullptr};
  for (const auto& part : opened.content.parts) {
    if (part.file_name == name) letter.referral = Json::parse(part.body, nullptr, false);
  }
  return letter;
}

absl::Status MinistrySide::Read() {
  for (const std::string& mail : servers_->Mails(tests::kMinistryAddress)) {
    if (letters_.contains(mail)) continue;
    AMANA_ASSIGN_OR_RETURN(Letter letter, Open(mail, "referral.json"));
    letters_.emplace(mail, std::move(letter));
  }
  return absl::OkStatus();
}

absl::Status MinistrySide::Act() {
  if (absl::Now() < next_look_) return absl::OkStatus();
  next_look_ = absl::Now() + kBetweenLooks;
  AMANA_RETURN_IF_ERROR(Read());
  for (const auto& [mail, letter] : letters_) {
    if (!letter.referral.is_object() || letter.referral.value("kind", "") != "CASE") continue;
    const Reference reference = ReferenceOf(letter.referral);
    if (!answered_.insert(reference.tag).second) continue;
    AMANA_RETURN_IF_ERROR(Send(Mail().Answer(reference, "ACCEPT")));
  }
  return absl::OkStatus();
}

absl::StatusOr<Effects> MinistrySide::Look() {
  AMANA_RETURN_IF_ERROR(Read());
  Effects effects;
  for (const auto& [mail, letter] : letters_) {
    ++effects["mail " + letter.message_id];
    if (!letter.referral.is_object()) {
      ++effects["refusal " + letter.text];
      continue;
    }
    if (letter.referral.value("kind", "") == "NOTICE") {
      ++effects[absl::StrCat("notice ", ReferenceOf(letter.referral).tag, " ",
                             letter.referral.value("event", ""))];
      continue;
    }
    const bool whole = absl::StrContains(letter.text, "The whole case");
    const Json names = letter.referral["fields"].value("KNOWN_AS", Json::array({""}));
    ++effects[(whole ? "whole case " : "case ") + names.at(0).get<std::string>()];
  }
  for (const char* folder : {foreign_affairs::kDoneFolder, foreign_affairs::kRefusedFolder}) {
    effects[absl::StrCat("in ", folder)] =
        static_cast<int>(servers_->Mails(tests::kBrokerAddress, folder).size());
  }
  return effects;
}

absl::StatusOr<Json> MinistrySide::Records() {
  AMANA_RETURN_IF_ERROR(Read());
  Json records = {{"mails", Json::array()}};
  for (const auto& [mail, letter] : letters_) {
    records["mails"].push_back({{"text", letter.text}, {"referral.json", letter.referral}});
  }
  for (const char* folder : {"", foreign_affairs::kDoneFolder, foreign_affairs::kRefusedFolder}) {
    records[absl::StrCat("ours/", folder)] = servers_->Mails(tests::kBrokerAddress, folder).size();
  }
  return records;
}

}  // namespace amana::five
