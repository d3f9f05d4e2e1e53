// Mail as strangers send it: read or refused by name, within bounds, and never more in a reply than
// its grammar has. Without keys: what is inside S/MIME is read by the same functions.
#include <nlohmann/json.hpp>

#include "agency-adapters/foreign-affairs/letter.h"
#include "agency-adapters/foreign-affairs/message.h"
#include "agency-adapters/foreign-affairs/receipt.h"
#include "agency-adapters/foreign-affairs/reply.h"
#include "agency-adapters/foreign-affairs/tag.h"
#include "base/status.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

using foreign_affairs::Part;

size_t Depth(const Part& part) {
  size_t deepest = 0;
  for (const Part& child : part.parts) deepest = std::max(deepest, Depth(child));
  return deepest + 1;
}

void RequireReferences(std::string_view text) {
  for (const foreign_affairs::Reference& ref : foreign_affairs::FindReferences(text)) {
    Require(foreign_affairs::IsTag(ref.tag), "a reference has a tag, of which a file name is made");
    if (ref.version == 0) continue;
    const auto again = foreign_affairs::FindReferences(foreign_affairs::ReferenceText(ref));
    Require(again.size() == 1 && again[0] == ref, "a reference that is written is read again");
  }
}

constexpr std::string_view kMark = "SYNTHETIC";

bool CheckReply(std::string_view text) {
  const auto reply = foreign_affairs::ParseReply(text);
  RequireHidden(reply.status(), kMark);
  if (!reply.ok()) {
    return RequireRefusal(reply.status(), absl::StatusCode::kInvalidArgument, /*fields=*/false);
  }
  Require(!foreign_affairs::VerbOf(reply->kind).empty(), "a reply has a word of the grammar");
  Require(reply->words.size() <= 4000, "words are bounded");
  for (const char c : reply->words) {
    Require(static_cast<unsigned char>(c) >= 0x20 || c == '\t', "words are text");
  }
  return true;
}

void RequireAttachment(std::string_view json) {
  const auto record = foreign_affairs::ReadAttachment(json);
  RequireHidden(record.status(), kMark);
  if (!record.ok()) {
    RequireRefusal(record.status(), absl::StatusCode::kInvalidArgument);
    return;
  }
  const nlohmann::json again = {{"fields", record->fields}};
  const auto read = foreign_affairs::ReadAttachment(again.dump());
  Require(read.ok() && *read == *record, "a record that is written is read the same");
}

void RequireLeaves(const Part& part) {
  CheckReply(part.body);
  RequireReferences(part.body);
  foreign_affairs::ReadReceipt(part);
  for (const Part& child : part.parts) RequireLeaves(child);
}

bool CheckMail(std::string_view bytes) {
  const auto mail = foreign_affairs::ReadMail(bytes);
  RequireHidden(mail.status(), kMark);
  if (!mail.ok()) {
    return RequireRefusal(mail.status(), absl::StatusCode::kInvalidArgument, /*fields=*/false);
  }
  Require(Depth(mail->root) <= foreign_affairs::kMaxDepth, "parts are not deeper than allowed");
  Require(mail->from.empty() || foreign_affairs::IsPlainAddress(mail->from), "a plain sender");
  RequireReferences(mail->subject);
  RequireLeaves(mail->root);
  const auto content = foreign_affairs::SignedBytes(bytes, mail->root.boundary);
  if (!content.ok()) return true;
  for (size_t at = content->find('\n'); at != std::string::npos; at = content->find('\n', at + 1)) {
    Require(at > 0 && (*content)[at - 1] == '\r', "what is signed has CRLF");
  }
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    const foreign_affairs::Reference ref{foreign_affairs::TagOf("a"), 3};
    const std::string quoted = "\r\n\r\n> " + foreign_affairs::ReferenceText(ref) + "\r\n";
    const std::string head =
        "From: desk@mfa.example.ke\r\nSubject: Re: " + foreign_affairs::SubjectOf(ref.tag) + "\r\n";
    const std::string content =
        foreign_affairs::WriteContent("DECLINE OTHER the SYNTHETIC desk is closed" + quoted,
                                      R"({"fields":{"SURNAME":["SYNTHETIC"]}})");
    return new std::vector<std::string>{
        "ACCEPT" + quoted,
        "ASK TRAVEL_DOC, FAMILY: who?" + quoted,
        R"({"fields":{"SURNAME":["SYNTHETIC"],"DOC_NO":"L898902C3"}})",
        head + content,
        head + foreign_affairs::WriteSigned(content, "signature"),
        head +
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n"
            "\r\n--b\r\n\r\nseen\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
            "Original-Message-ID: <x@y>\r\nDisposition: manual-action/x; displayed\r\n--b--\r\n"};
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  RequireReferences(bytes);
  RequireAttachment(bytes);
  const bool reply = CheckReply(bytes);
  return CheckMail(bytes) || reply;
}

}  // namespace amana::fuzz
