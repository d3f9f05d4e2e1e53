#include "agency-adapters/net/mail_box.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/net/mail_curl.h"
#include "agency-adapters/net/mail_errors.h"
#include "agency-adapters/net/mail_reply.h"
#include "base/status.h"

namespace amana::net {
namespace {

using SteadyClock = std::chrono::steady_clock;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

std::string Quoted(std::string_view text) { return absl::StrCat("\"", View(text), "\""); }

}  // namespace

// Commands and their answers over libcurl's connection.
struct MailBox::Session {
  Session(CurlPtr h, size_t max_mail, absl::Duration limit)
      : handle(std::move(h)), reader(max_mail), timeout(absl::ToChronoMilliseconds(limit)) {}

  // Until the socket can be read (or written); false when `deadline` passes.
  bool Await(bool writing, SteadyClock::time_point deadline) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(handle.get(), CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK) return false;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
    if (left.count() <= 0) return false;
    pollfd waiting{socket, static_cast<short>(writing ? POLLOUT : POLLIN), 0};
    poll(&waiting, 1, static_cast<int>(left.count()));
    return SteadyClock::now() < deadline;
  }

  absl::Status Write(std::string_view bytes, SteadyClock::time_point deadline) {
    while (!bytes.empty()) {
      size_t sent = 0;
      const CURLcode result = curl_easy_send(handle.get(), bytes.data(), bytes.size(), &sent);
      if (result == CURLE_AGAIN) {
        if (!Await(true, deadline)) return MailTimeout("reading mail");
        continue;
      }
      if (result != CURLE_OK) return MailUnreachable("reading mail");
      bytes.remove_prefix(sent);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<MailReply> ReadReply(SteadyClock::time_point deadline) {
    while (true) {
      AMANA_ASSIGN_OR_RETURN(std::optional<MailReply> reply, reader.Next());
      if (reply.has_value()) return *std::move(reply);
      char buffer[16384];
      size_t got = 0;
      const CURLcode result = curl_easy_recv(handle.get(), buffer, sizeof(buffer), &got);
      if (result == CURLE_AGAIN) {
        if (!Await(false, deadline)) return MailTimeout("reading mail");
        continue;
      }
      if (result != CURLE_OK || got == 0) return MailUnreachable("reading mail");
      reader.Feed({buffer, got});
    }
  }

  // The answers before the last, which must be OK. `name` is a literal, for errors.
  absl::StatusOr<std::vector<MailReply>> Run(std::string_view name, std::string_view command) {
    const auto deadline = SteadyClock::now() + timeout;
    const std::string tag = absl::StrCat("m", ++commands);
    AMANA_RETURN_IF_ERROR(Write(absl::StrCat(tag, " ", View(command), "\r\n"), deadline));
    std::vector<MailReply> replies;
    while (true) {
      AMANA_ASSIGN_OR_RETURN(MailReply reply, ReadReply(deadline));
      if (reply.Tag() == tag) {
        if (reply.Word() != "OK") return MailboxRefused(name);
        replies.push_back(std::move(reply));
        return replies;
      }
      if (reply.Tag() != "*" || reply.Word() == "BYE") return MailboxRefused(name);
      constexpr size_t kMaxReplies = 1000000;
      if (replies.size() >= kMaxReplies) return MailboxMalformed("too many lines");
      replies.push_back(std::move(reply));
    }
  }

  CurlPtr handle;
  MailReplyReader reader;
  const std::chrono::milliseconds timeout;
  uint64_t commands = 0;
};

MailBox::MailBox(std::unique_ptr<Session> session) : session_(std::move(session)) {}
MailBox::~MailBox() = default;

absl::StatusOr<std::unique_ptr<MailBox>> MailBox::Open(const MailServer& server, size_t max_mail) {
  AMANA_ASSIGN_OR_RETURN(CurlPtr handle, MailHandle(server, "imap"));
  curl_easy_setopt(handle.get(), CURLOPT_CONNECT_ONLY, 1L);
  AMANA_RETURN_IF_ERROR(
      MailStatus(curl_easy_perform(handle.get()), "opening the mailbox", /*code=*/0));
  return std::unique_ptr<MailBox>(
      new MailBox(std::make_unique<Session>(std::move(handle), max_mail, server.timeout)));
}

absl::Status MailBox::CreateFolder(std::string_view folder) {
  AMANA_ASSIGN_OR_RETURN(const auto replies, session_->Run("LIST", "LIST \"\" " + Quoted(folder)));
  if (replies.size() > 1) return absl::OkStatus();
  return session_->Run("CREATE", "CREATE " + Quoted(folder)).status();
}

absl::StatusOr<uint32_t> MailBox::Select(std::string_view folder) {
  AMANA_ASSIGN_OR_RETURN(const auto replies, session_->Run("SELECT", "SELECT " + Quoted(folder)));
  for (const MailReply& reply : replies) {
    const std::optional<uint32_t> validity = reply.NumberAfter("UIDVALIDITY");
    if (validity.has_value()) return *validity;
  }
  return MailboxMalformed("SELECT without UIDVALIDITY");
}

absl::StatusOr<std::vector<MailEntry>> MailBox::List() {
  AMANA_RETURN_IF_ERROR(Noop());  // when a server looks for new mail
  AMANA_ASSIGN_OR_RETURN(const auto replies,
                         session_->Run("FETCH", "UID FETCH 1:* (UID RFC822.SIZE)"));
  std::vector<MailEntry> entries;
  for (const MailReply& reply : replies) {
    if (reply.Tag() != "*" || reply.Word() != "FETCH") continue;
    const std::optional<uint32_t> uid = reply.NumberAfter("UID");
    const std::optional<uint32_t> size = reply.NumberAfter("RFC822.SIZE");
    if (!uid.has_value()) continue;
    if (!size.has_value()) return MailboxMalformed("a mail without a size");
    entries.push_back({*uid, *size});
  }
  std::sort(entries.begin(), entries.end(),
            [](const MailEntry& a, const MailEntry& b) { return a.uid < b.uid; });
  return entries;
}

absl::StatusOr<std::vector<uint32_t>> MailBox::WithMessageId(std::string_view message_id) {
  AMANA_ASSIGN_OR_RETURN(
      const auto replies,
      session_->Run("SEARCH", absl::StrCat("UID SEARCH HEADER Message-ID ",
                                           Quoted(absl::StrCat("<", View(message_id), ">")))));
  std::vector<uint32_t> uids;
  for (const MailReply& reply : replies) {
    if (reply.Tag() == "*" && reply.Word() == "SEARCH") uids = reply.Numbers();
  }
  return uids;
}

absl::StatusOr<std::string> MailBox::Fetch(uint32_t uid) {
  AMANA_ASSIGN_OR_RETURN(
      auto replies, session_->Run("FETCH", absl::StrCat("UID FETCH ", uid, " (UID BODY.PEEK[])")));
  for (MailReply& reply : replies) {
    if (reply.Word() == "FETCH" && reply.NumberAfter("UID") == uid && !reply.literals.empty()) {
      return std::move(reply.literals.back());
    }
  }
  return MailGone();
}

absl::Status MailBox::Move(uint32_t uid, std::string_view folder) {
  AMANA_RETURN_IF_ERROR(
      session_->Run("STORE", absl::StrCat("UID STORE ", uid, " +FLAGS.SILENT (\\Seen)")).status());
  return session_->Run("MOVE", absl::StrCat("UID MOVE ", uid, " ", Quoted(folder))).status();
}

absl::Status MailBox::Noop() { return session_->Run("NOOP", "NOOP").status(); }

}  // namespace amana::net
