#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/foreign-affairs/message.h"
#include "base/ids.h"
#include "proto/crypto/sha256.h"

namespace amana::foreign_affairs {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// All bodies travel as base64: nothing on the way can change a line end or a space at one.
std::string Base64Lines(std::string_view bytes) {
  constexpr size_t kLine = 76;
  const std::string all = absl::Base64Escape(View(bytes));
  std::string lines;
  for (size_t at = 0; at < all.size(); at += kLine) {
    absl::StrAppend(&lines, absl::string_view(all).substr(at, kLine), "\r\n");
  }
  return lines;
}

// From the content, so that the same content is written the same. It cannot stand in a body, where
// all is base64 or a content that was made here with another.
std::string BoundaryFor(std::string_view content, std::string_view what) {
  const std::string hex = crypto::Sha256(content).hex();
  return absl::StrCat("=_", View(what), "_", hex.substr(0, 32));
}

// "type/subtype" and nothing that could make another header.
bool IsPlainType(std::string_view type) {
  const size_t slash = type.find('/');
  const auto plain = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '/' || c == '.' || c == '+' || c == '-';
  };
  return type.size() <= 100 && slash != 0 && slash != std::string_view::npos &&
         slash + 1 < type.size() && slash == type.rfind('/') &&
         type.substr(0, slash) != "multipart" && type.substr(0, slash) != "message" &&
         std::all_of(type.begin(), type.end(), plain);
}

}  // namespace

std::string WriteContent(std::string_view text, std::string_view json,
                         const std::vector<Attached>& others) {
  const std::string boundary = BoundaryFor(text, "mixed");
  std::string out =
      absl::StrCat("Content-Type: multipart/mixed; boundary=\"", boundary, "\"\r\n\r\n", "--",
                   boundary, "\r\nContent-Type: text/plain; charset=utf-8\r\n",
                   "Content-Transfer-Encoding: base64\r\n\r\n", Base64Lines(text));
  const auto attach = [&](std::string_view type, std::string_view name, std::string_view content) {
    absl::StrAppend(&out, "--", boundary, "\r\nContent-Type: ", View(type), "; name=\"", View(name),
                    "\"\r\nContent-Disposition: attachment; filename=\"", View(name), "\"\r\n");
    absl::StrAppend(&out, "Content-Transfer-Encoding: base64\r\n\r\n", Base64Lines(content));
  };
  if (!json.empty()) attach("application/json", "referral.json", json);
  for (const Attached& other : others) {
    attach(IsPlainType(other.media_type) ? other.media_type : "application/octet-stream",
           other.file_name, other.content);
  }
  absl::StrAppend(&out, "--", boundary, "--\r\n");
  return out;
}

std::string WriteSigned(std::string_view content, std::string_view signature) {
  const std::string boundary = BoundaryFor(signature, "signed");
  return absl::StrCat(
      "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n"
      " micalg=sha-256; boundary=\"",
      boundary, "\"\r\n\r\n--", boundary, "\r\n", View(content), "\r\n--", boundary,
      "\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n",
      "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n",
      "Content-Transfer-Encoding: base64\r\n\r\n", Base64Lines(signature), "--", boundary,
      "--\r\n");
}

std::string WriteEnveloped(const Envelope& envelope, std::string_view enveloped) {
  return absl::StrCat(
      "From: ", envelope.from, "\r\nTo: ", envelope.to, "\r\nSubject: ", envelope.subject,
      "\r\nMessage-ID: <", envelope.message_id, ">\r\nDate: ",
      absl::FormatTime("%a, %d %b %Y %H:%M:%S %z", envelope.date, absl::UTCTimeZone()),
      "\r\nDisposition-Notification-To: ", envelope.from, "\r\nMIME-Version: 1.0\r\n",
      "Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data; name=\"smime.p7m\"\r\n",
      "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n",
      "Content-Transfer-Encoding: base64\r\n\r\n", Base64Lines(enveloped));
}

bool IsPlainAddress(std::string_view text) {
  const size_t at = text.find('@');
  const auto plain = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '+' || c == '-' || c == '@';
  };
  return text.size() <= 254 && at != 0 && at != std::string_view::npos && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), plain);
}

}  // namespace amana::foreign_affairs
