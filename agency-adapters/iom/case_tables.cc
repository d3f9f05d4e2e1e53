#include "agency-adapters/iom/case_tables.h"

#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "agency-adapters/iom/pg_schema.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::iom {
namespace {

using Json = nlohmann::json;
using runtime::DeliveryKind;
using runtime::NativeDelivery;
using runtime::NativeItem;
using runtime::Settlement;

constexpr std::string_view kCasePrefix = "case-";  // as amana.deliver makes it

PgValue TimeOf(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return std::nullopt;
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

PgValue Bool(bool value) { return value ? "true" : "false"; }

// Fields without a value say nothing.
std::string JsonOf(const mapping::Record& record) {
  Json json = Json::object();
  for (const auto& [name, values] : record.fields) {
    if (!values.empty()) json[name] = values;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string JsonOf(const std::vector<runtime::Attachment>& attachments) {
  Json json = Json::array();
  for (const runtime::Attachment& each : attachments) {
    json.push_back({{"category", each.category},
                    {"media_type", each.media_type},
                    {"content", absl::Base64Escape(each.content)}});
  }
  return json.dump();
}

// The row's number, as text; none for another table's id.
PgValue CaseNumber(std::string_view native_id) {
  if (!native_id.starts_with(kCasePrefix)) return std::nullopt;
  native_id.remove_prefix(kCasePrefix.size());
  int64_t number = 0;
  const char* end = native_id.data() + native_id.size();
  const auto read = std::from_chars(native_id.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number <= 0) return std::nullopt;
  return std::to_string(number);
}

// A text or a list of texts by name; false for anything else.
bool ReadFields(const std::string& text, mapping::Record& record) {
  const Json json = ParseJson(text);
  if (!json.is_object()) return false;
  for (const auto& [name, value] : json.items()) {
    std::vector<std::string>& values = record.fields[name];
    if (value.is_string()) {
      values = {value.get<std::string>()};
      continue;
    }
    if (!value.is_array()) return false;
    for (const Json& each : value) {
      if (!each.is_string()) return false;
      values.push_back(each.get<std::string>());
    }
  }
  return true;
}

// Columns as Ready selects them; none for what the agency's programs may not put there.
std::optional<NativeItem> ReadItem(const std::vector<PgValue>& row) {
  const auto text = [&row](size_t column) { return row.at(column).value_or(""); };
  const std::optional<runtime::ItemKind> kind = runtime::ItemKindOf(text(1));
  uint32_t task = 0;
  const std::string number = text(3);
  const auto read = std::from_chars(number.data(), number.data() + number.size(), task);
  if (!kind.has_value() || read.ec != std::errc()) return std::nullopt;
  NativeItem item{.key = text(0),
                  .kind = *kind,
                  .about = text(2),
                  .code = text(5),
                  .words = text(7),
                  .task = task};
  const Json categories = ParseJson(text(6));
  if (!ReadFields(text(4), item.record) || !categories.is_array()) return std::nullopt;
  for (const Json& each : categories) {
    if (!each.is_string()) return std::nullopt;
    item.categories.push_back(each.get<std::string>());
  }
  const Json details = ParseJson(text(8));
  if (!details.is_object()) return std::nullopt;
  for (const auto& [name, value] : details.items()) {
    if (!value.is_string()) return std::nullopt;
    item.details[name] = value.get<std::string>();
  }
  return item;
}

std::string_view StateOf(Settlement::State state) {
  switch (state) {
    case Settlement::State::kTaken:
      return "TAKEN";
    case Settlement::State::kAccepted:
      return "ACCEPTED";
    case Settlement::State::kRefused:
      return "REFUSED";
  }
  return "REFUSED";
}

}  // namespace

absl::Status CaseTables::Prepare() {
  if (prepared_) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(Migrate(*session_, CaseTableScripts()));
  prepared_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::string> CaseTables::Deliver(const NativeDelivery& delivery) {
  AMANA_RETURN_IF_ERROR(Prepare());
  const PgValue values[] = {delivery.key,
                            std::string(runtime::KindName(delivery.kind)),
                            CaseNumber(delivery.about_native_id),
                            delivery.about,
                            delivery.referral,
                            std::to_string(delivery.task),
                            delivery.sender,
                            delivery.recipient,
                            delivery.service,
                            delivery.urgency,
                            Bool(delivery.test),
                            Bool(delivery.withheld),
                            TimeOf(delivery.at),
                            TimeOf(delivery.expires),
                            JsonOf(delivery.record),
                            delivery.event,
                            delivery.reason,
                            delivery.words,
                            JsonOf(delivery.attachments)};
  AMANA_ASSIGN_OR_RETURN(
      const PgRows rows,
      session_->RunAlone(
          "SELECT amana.deliver($1, $2, $3::bigint, $4, $5, $6::integer, $7, $8, $9, $10, "
          "$11::boolean, $12::boolean, $13::timestamptz, $14::timestamptz, $15::jsonb, $16, $17, "
          "$18, $19::jsonb)",
          values));
  return rows.rows.at(0).at(0).value_or("");
}

absl::StatusOr<std::optional<std::string>> CaseTables::Find(const std::string& delivery_key) {
  AMANA_RETURN_IF_ERROR(Prepare());
  std::optional<std::string> id;
  AMANA_RETURN_IF_ERROR(session_->Transaction([&]() -> absl::Status {
    const PgValue key[] = {delivery_key};
    AMANA_RETURN_IF_ERROR(
        session_->Run("SELECT pg_advisory_xact_lock(hashtextextended($1, 7019242631))", key)
            .status());
    AMANA_ASSIGN_OR_RETURN(
        const PgRows rows,
        session_->Run("SELECT native_id FROM amana.deliveries WHERE delivery_key = $1", key));
    id = rows.rows.empty() ? std::nullopt : rows.rows[0][0];
    return absl::OkStatus();
  }));
  return id;
}

absl::Status CaseTables::RefuseUnreadable(const std::string& key) {
  const PgValue values[] = {key};
  return session_
      ->Run(
          "UPDATE amana.outgoing SET state = 'REFUSED', reason = 'NATIVE_FORMAT_INVALID', field = "
          "'htcds', changed = now() WHERE native_key = $1",
          values)
      .status();
}

absl::StatusOr<std::vector<NativeItem>> CaseTables::Ready(size_t limit) {
  AMANA_RETURN_IF_ERROR(Prepare());
  std::vector<NativeItem> items;
  AMANA_RETURN_IF_ERROR(session_->Transaction([&]() -> absl::Status {
    items.clear();
    const PgValue most[] = {std::to_string(limit)};
    AMANA_ASSIGN_OR_RETURN(
        const PgRows rows,
        session_->Run(
            // One that no referral has room for is not read into memory, and refused as unreadable.
            "SELECT o.native_key, o.kind, coalesce(c.delivery_key, o.about), o.task, "
            "CASE WHEN s.fits THEN o.htcds::text END, o.code, to_json(o.categories)::text, "
            "CASE WHEN s.fits THEN o.words END, CASE WHEN s.fits THEN o.details::text END "
            "FROM amana.outgoing o LEFT JOIN amana.cases c ON c.case_id = o.case_id "
            "CROSS JOIN LATERAL (SELECT octet_length(o.htcds::text) + octet_length(o.words) + "
            "octet_length(o.details::text) <= 1048576 AS fits) s "
            "WHERE o.state = 'READY' ORDER BY o.outgoing_id LIMIT $1::bigint "
            "FOR UPDATE OF o SKIP LOCKED",
            most));
    for (const std::vector<PgValue>& row : rows.rows) {
      std::optional<NativeItem> item = ReadItem(row);
      if (item.has_value()) {
        items.push_back(*std::move(item));
      } else {
        AMANA_RETURN_IF_ERROR(RefuseUnreadable(*row[0]));
      }
    }
    return absl::OkStatus();
  }));
  return items;
}

absl::Status CaseTables::Settle(const std::string& key, const Settlement& settlement) {
  AMANA_RETURN_IF_ERROR(Prepare());
  const PgValue values[] = {key,
                            std::string(StateOf(settlement.state)),
                            settlement.referral,
                            settlement.reason,
                            settlement.field,
                            settlement.escort_code};
  return session_
      ->RunAlone(
          "UPDATE amana.outgoing SET state = $2, referral = CASE WHEN $3 = '' THEN referral "
          "ELSE $3 END, reason = $4, field = $5, details = CASE WHEN $6 = '' THEN details ELSE "
          "details || jsonb_build_object('escort_code', $6) END, changed = now() WHERE "
          "native_key = $1 AND "
          "state <> 'ACCEPTED' AND (state, referral, reason, field) IS DISTINCT FROM ($2, $3, "
          "$4, $5)",
          values)
      .status();
}

}  // namespace amana::iom
