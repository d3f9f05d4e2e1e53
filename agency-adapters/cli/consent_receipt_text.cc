#include "agency-adapters/cli/consent_receipt_text.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/person_words.h"
#include "base/command_line.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

template <typename E>
std::string Name(E code) {
  return std::string(codes::CodeName(code));
}

template <typename E, typename List>
Json NamesOfCodes(const List& list) {
  Json names = Json::array();
  for (const int number : list) names.push_back(Name(static_cast<E>(number)));
  return names;
}

std::string PartyName(const v1::Address& address) {
  return address.agency() + (address.unit().empty() ? "" : "/" + address.unit());
}

const char* StateOf(const ReceiptFacts& facts) {
  if (facts.withdrawn) return "withdrawn";
  return facts.registered ? "given" : "not yet registered";
}

std::string Item(std::string_view words) { return "  - " + std::string(words) + "\n"; }

std::string Given(const v1::ConsentRecord& r) {
  std::string text = absl::StrCat(InWords(r.given_by()), " ", InWords(r.method()), " on ",
                                  DayInWords(absl::FromUnixMillis(r.meta().created_unix_ms())),
                                  ".\nIt was explained in ", LanguageInWords(r.language()),
                                  r.interpreter() ? ", with an interpreter" : "",
                                  ".\nIt was recorded by ", InWords(r.recorder()), ".\n");
  if (r.child_assent() == v1::CHILD_ASSENT_GIVEN) text += "You were asked too, and you agreed.\n";
  if (r.child_assent() == v1::CHILD_ASSENT_REFUSED) text += "You were asked too, and said no.\n";
  return text;
}

std::string Scope(const v1::ConsentRecord& r) {
  std::string text = "\nWHAT FOR\n";
  for (const int purpose : r.purposes()) text += Item(InWords(static_cast<v1::Purpose>(purpose)));
  text += "\nWHAT MAY BE SHARED\n";
  for (const int category : r.categories()) {
    text += Item(InWords(static_cast<v1::Category>(category)));
  }
  text += "\nWHO MAY SEE IT\n";
  for (const v1::Address& recipient : r.recipients()) text += Item(InWords(recipient));
  for (const int kind : r.recipient_kinds())
    text += Item(InWords(static_cast<v1::AgencyKind>(kind)));
  text += r.onward() ? "They may ask others of these for help for you.\n"
                     : "They may not pass it on.\n";
  text += r.cross_border() ? "It may leave the country.\n" : "It may not leave the country.\n";
  return text;
}

std::string Lasting(const v1::ConsentRecord& r, const ReceiptFacts& facts) {
  std::string text = absl::StrCat(
      "\nHOW LONG\nFrom ", DayInWords(absl::FromUnixMillis(r.valid_from_unix_ms())), " until ",
      TimeInWords(absl::FromUnixMillis(r.valid_until_unix_ms())), ".\n\nHOW TO TAKE IT BACK\n");
  if (facts.withdrawn) return text + "It has been taken back. Nothing more is sent under it.\n";
  return absl::StrCat(
      text, "Tell ", InWords(r.recorder()),
      ", or anybody who has received something.\n"
      "You may do so at any time; you need not say why, and you will be helped all the same.\n"
      "From then on nothing more is sent, and who has received something is told to delete it.\n");
}

}  // namespace

Json ReceiptJson(const v1::ConsentRecord& r, const ReceiptFacts& facts) {
  Json recipients = Json::array();
  for (const v1::Address& recipient : r.recipients()) recipients.push_back(PartyName(recipient));
  return {
      {"schema_version", "ISO/IEC TS 27560:2023"},
      {"record_id", ToHex(r.consent_id())},
      {"record_version", r.version()},
      {"pii_principal_id", ToHex(r.subject_pseudonym())},
      {"pii_controllers", {{{"party_id", PartyName(r.recorder())}, {"party_role", "recorder"}}}},
      {"event_time", Rfc3339Millis(r.meta().created_unix_ms())},
      {"event_state", StateOf(facts)},
      {"consent_type", "explicit"},
      {"given_by", Name(r.given_by())},
      {"child_assent", Name(r.child_assent())},
      {"collection_method", Name(r.method())},
      {"language", r.language()},
      {"interpreter", r.interpreter()},
      {"legal_basis", Name(r.legal_basis())},
      {"purposes", NamesOfCodes<v1::Purpose>(r.purposes())},
      {"pii_categories", NamesOfCodes<v1::Category>(r.categories())},
      {"recipients", std::move(recipients)},
      {"recipient_categories", NamesOfCodes<v1::AgencyKind>(r.recipient_kinds())},
      {"onward", r.onward()},
      {"cross_border", r.cross_border()},
      {"validity",
       {{"from", Rfc3339Millis(r.valid_from_unix_ms())},
        {"until", Rfc3339Millis(r.valid_until_unix_ms())}}},
      {"withdrawal_method", "tell the recorder, or any agency that received under this record"},
      {"evidence_sha256", ToHex(r.evidence_sha256())},
      {"record_digest", facts.digest.hex()}};
}

std::string ReceiptText(const v1::ConsentRecord& r, const ReceiptFacts& facts) {
  std::string text = "YOUR CONSENT\n\n" + Given(r);
  if (!facts.registered) text += "It is not in force yet: it has still to be sent.\n";
  return absl::StrCat(text, Scope(r), Lasting(r, facts),
                      "\nWHAT YOU CAN ASK FOR\n"
                      "Who has received what about you, and everything that was done. Show this "
                      "number:\n  ",
                      ToHex(r.consent_id()), "  (version ", r.version(), ")\n");
}

}  // namespace amana::cli
