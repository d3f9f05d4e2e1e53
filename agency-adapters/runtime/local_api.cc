#include "agency-adapters/runtime/local_api.h"

#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "agency-adapters/runtime/api_json.h"
#include "agency-adapters/runtime/errors.h"
#include "agency-adapters/sdk/keys.h"
#include "base/command_line.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kShortestToken = 16;
constexpr size_t kMostListed = 200;
constexpr absl::Duration kLongestWait = absl::Seconds(25);
constexpr absl::Duration kLook = absl::Milliseconds(100);

int StatusOfError(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return 503;
    default:
      return 500;
  }
}

http::Response ErrorResponse(const absl::Status& error) {
  // Not the message of what is not ours: it may say anything.
  const std::string reason = ErrorReason(error);
  Json json = {{"error", reason.empty() ? "INTERNAL" : reason}};
  if (const std::string field = ErrorField(error); !field.empty()) {
    json["field"] = mapping::ShownName(field);
  }
  if (!reason.empty()) json["message"] = std::string(error.message());
  return {.status = StatusOfError(error), .content_type = "application/json", .body = Dump(json)};
}

// The parts of a pattern are taken as they are, but "{...}", which takes any one part.
bool Matches(std::string_view pattern, std::string_view path, std::string& part) {
  const size_t open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == path;
  const std::string_view tail = pattern.substr(pattern.find('}') + 1);
  if (!path.starts_with(pattern.substr(0, open)) || !path.ends_with(tail) ||
      path.size() <= open + tail.size()) {
    return false;
  }
  part = std::string(path.substr(open, path.size() - open - tail.size()));
  return part.find('/') == std::string::npos;
}

absl::StatusOr<int64_t> NumberOf(std::string_view text, std::string_view field) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    return ItemInvalid(field, "expected a number");
  }
  return number;
}

}  // namespace

struct LocalApi::Call {
  const http::Request& request;
  std::map<std::string, std::string> query;
  std::string part;  // what stood for {...} in the path

  absl::StatusOr<int64_t> Number(const std::string& name, int64_t fallback) const {
    const auto found = query.find(name);
    if (found == query.end()) return fallback;
    return NumberOf(found->second, name);
  }
};

struct LocalApi::Route {
  const char* method;
  const char* pattern;
  Answer (LocalApi::*answer)(const Call&);  // null: the document
  int status = 200;
};

const std::vector<LocalApi::Route>& LocalApi::Table() {
  static const auto* const table = new std::vector<Route>{
      {"GET", "/v1/openapi.json", nullptr},
      {"GET", "/v1/health", &LocalApi::Health},
      {"POST", "/v1/items", &LocalApi::SubmitItem, 202},
      {"GET", "/v1/items", &LocalApi::ShowItem},
      {"POST", "/v1/native", &LocalApi::SubmitNative, 202},
      {"GET", "/v1/inbox", &LocalApi::ListInbox},
      {"GET", "/v1/inbox/{id}", &LocalApi::ShowInboxItem},
      {"POST", "/v1/inbox/{id}/answer", &LocalApi::AnswerInboxItem, 202},
      {"GET", "/v1/notices", &LocalApi::ListNotices},
      {"GET", "/v1/dead-letters", &LocalApi::ListLetters},
      {"POST", "/v1/dead-letters/{letter}/redrive", &LocalApi::RedriveLetter},
  };
  return *table;
}

LocalApi::LocalApi(Runtime& runtime, std::string_view token)
    : runtime_(runtime), token_digest_(crypto::Sha256(token).bytes()) {}

std::vector<std::string> LocalApi::Routes() {
  std::vector<std::string> routes;
  for (const Route& route : Table()) {
    routes.push_back(std::string(route.method) + " " + route.pattern);
  }
  return routes;
}

absl::Status LocalApi::CheckToken(const http::Request& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view shown = http::FindHeader(request.headers, "authorization");
  // Digests are compared: how long it takes tells nothing of the token.
  if (!shown.starts_with(kBearer) ||
      crypto::Sha256(shown.substr(kBearer.size())).bytes() != token_digest_) {
    return TokenInvalid();
  }
  return absl::OkStatus();
}

http::Response LocalApi::Handle(const http::Request& request) {
  if (const absl::Status token = CheckToken(request); !token.ok()) return ErrorResponse(token);
  Call call{request, ParseQuery(request.query), ""};
  bool path_known = false;
  for (const Route& route : Table()) {
    if (!Matches(route.pattern, request.path, call.part)) continue;
    path_known = true;
    if (request.method != route.method) continue;
    if (route.answer == nullptr) {
      return {.content_type = "application/json", .body = std::string(OpenApiDocument())};
    }
    const Answer answer = (this->*route.answer)(call);
    if (!answer.ok()) return ErrorResponse(answer.status());
    // A refused item was held as a dead letter: the caller must know at once.
    const bool refused = answer->is_object() && answer->value("state", "") == "DEAD";
    return {.status = refused ? 422 : route.status,
            .content_type = "application/json",
            .body = Dump(*answer)};
  }
  http::Response response = ErrorResponse(NothingThere("path"));
  if (path_known) response.status = 405;
  return response;
}

LocalApi::Answer LocalApi::Health(const Call&) {
  AMANA_ASSIGN_OR_RETURN(const HealthReport report, runtime_.Check());
  return ToJson(report);
}

LocalApi::Answer LocalApi::Take(const HeldItem& item) {
  AMANA_ASSIGN_OR_RETURN(const ItemRow row, runtime_.reader().TakeHeld(item));
  return ItemJson(row, runtime_.endpoint().identity.agency());
}

LocalApi::Answer LocalApi::SubmitItem(const Call& call) {
  AMANA_ASSIGN_OR_RETURN(const HeldItem item, HeldItemFromJson(call.request.body, ""));
  return Take(item);
}

LocalApi::Answer LocalApi::SubmitNative(const Call& call) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<NativeItem> items,
                         runtime_.adapter().Decode(call.request.body));
  Json json = {{"items", Json::array()}};
  for (const NativeItem& item : items) {
    AMANA_ASSIGN_OR_RETURN(Json taken, Take({item}));
    // Of one item, its own fate is the answer's.
    if (items.size() == 1) return taken;
    json["items"].push_back(std::move(taken));
  }
  return json;
}

LocalApi::Answer LocalApi::ShowItem(const Call& call) {
  const auto key = call.query.find("key");
  if (key == call.query.end()) return ItemInvalid("key", "is missing");
  AMANA_ASSIGN_OR_RETURN(const auto row, runtime_.items().Find(key->second));
  if (!row.has_value()) return NothingThere("key");
  Json json = ItemJson(*row, runtime_.endpoint().identity.agency());
  AMANA_ASSIGN_OR_RETURN(const std::string escort_code, runtime_.EscortCode(*row));
  if (!escort_code.empty()) json["escort_code"] = escort_code;
  if (row->kind == ItemKind::kCase) {
    AMANA_ASSIGN_OR_RETURN(const auto notices,
                           runtime_.endpoint().notices.List(row->referral, kMostListed));
    json["events"] = Json::array();
    for (auto notice = notices.rbegin(); notice != notices.rend(); ++notice) {
      json["events"].push_back(NoticeJson(*notice));
    }
  }
  return json;
}

LocalApi::Answer LocalApi::ListInbox(const Call& call) {
  AMANA_ASSIGN_OR_RETURN(const int64_t after, call.Number("after", 0));
  AMANA_ASSIGN_OR_RETURN(const auto items, runtime_.endpoint().inbox.After(after, kMostListed));
  Json json = {{"items", Json::array()}, {"next", items.empty() ? after : items.back().id}};
  for (const sdk::InboxItem& item : items) json["items"].push_back(InboxJson(item));
  return json;
}

LocalApi::Answer LocalApi::ShowInboxItem(const Call& call) {
  AMANA_ASSIGN_OR_RETURN(const int64_t id, NumberOf(call.part, "id"));
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, runtime_.endpoint().inbox.Get(id));
  Json json = InboxJson(item);
  NativeDelivery rest;
  AMANA_ASSIGN_OR_RETURN(const mapping::CaseFacts facts, runtime_.incoming().FactsOf(item, &rest));
  json["facts"] = mapping::ToJson(facts);
  json["withheld"] = rest.withheld;
  if (!rest.words.empty()) json["words"] = rest.words;
  return json;
}

LocalApi::Answer LocalApi::AnswerInboxItem(const Call& call) {
  AMANA_ASSIGN_OR_RETURN(const int64_t id, NumberOf(call.part, "id"));
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, runtime_.endpoint().inbox.Get(id));
  AMANA_ASSIGN_OR_RETURN(const HeldItem answer,
                         HeldItemFromJson(call.request.body, DeliveryKeyText(item.key)));
  if (answer.item.kind == ItemKind::kCase) return ItemInvalid("kind", "is no answer");
  return Take(answer);
}

LocalApi::Answer LocalApi::ListNotices(const Call& call) {
  AMANA_ASSIGN_OR_RETURN(const int64_t after, call.Number("after", 0));
  AMANA_ASSIGN_OR_RETURN(const int64_t seconds, call.Number("wait", 0));
  const absl::Duration longest = std::min(absl::Seconds(seconds), kLongestWait);
  const auto begun = std::chrono::steady_clock::now();
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const auto found, runtime_.endpoint().notices.After(after, kMostListed));
    if (found.empty() && absl::FromChrono(std::chrono::steady_clock::now() - begun) < longest) {
      absl::SleepFor(kLook);
      continue;
    }
    Json json = {{"notices", Json::array()},
                 {"next", found.empty() ? static_cast<uint64_t>(after) : found.back().index}};
    for (const sdk::NoticeItem& notice : found) json["notices"].push_back(NoticeJson(notice));
    return json;
  }
}

LocalApi::Answer LocalApi::ListLetters(const Call&) {
  AMANA_ASSIGN_OR_RETURN(const auto letters, runtime_.letters().List(kMostListed));
  Json json = {{"dead_letters", Json::array()}};
  for (const DeadLetter& letter : letters) json["dead_letters"].push_back(LetterJson(letter));
  return json;
}

LocalApi::Answer LocalApi::RedriveLetter(const Call& call) {
  AMANA_RETURN_IF_ERROR(runtime_.letters().Redrive(call.part, runtime_.endpoint().clock.Now()));
  runtime_.Wake();
  return Json{{"letter", call.part}, {"redriven", true}};
}

absl::StatusOr<std::string> ReadToken(const ApiConfig& config) {
  AMANA_ASSIGN_OR_RETURN(const std::string text, ReadSecretFile(config.token_file));
  size_t size = text.size();
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r')) --size;
  if (size < kShortestToken) {
    return MakeError(absl::StatusCode::kInvalidArgument, "LENGTH_INVALID", "api.token",
                     "expected at least 16 bytes in the token file");
  }
  return text.substr(0, size);
}

absl::StatusOr<std::unique_ptr<http::Server>> ServeApi(const ApiConfig& config, LocalApi& api) {
  const std::string address = config.socket.empty() ? config.address : "unix:" + config.socket;
  // As much as a submission may be, and some for JSON's own marks.
  return http::Server::Start({.address = address, .max_body = size_t{512} << 10, .threads = 8},
                             [&api](const http::Request& request) { return api.Handle(request); });
}

}  // namespace amana::runtime
