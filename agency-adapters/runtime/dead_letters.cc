#include "agency-adapters/runtime/dead_letters.h"

#include <charconv>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/runtime/adapter.h"
#include "agency-adapters/runtime/errors.h"
#include "base/clock.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

// A broker's refusal (`entry` is set) is sent again as it was signed; anything else is mapped anew.
constexpr char kRedriveItem[] =
    "UPDATE item SET state = CASE WHEN entry <> 0 THEN 2 ELSE 1 END, attempts = 0, next_ms = ?1, "
    "deadline_ms = ?2, reason = 'REDRIVEN', field = '', owed = 1 WHERE state = 4 AND ";
constexpr char kRedriveDelivery[] =
    "UPDATE delivery SET state = 1, next_ms = ?1, deadline_ms = ?2, reason = '', field = '' "
    "WHERE state = 4 AND ";

struct Name {
  bool item = false;
  int64_t id = 0;
};

absl::StatusOr<Name> Parse(std::string_view letter) {
  Name name;
  name.item = letter.starts_with("item-");
  if (!name.item && !letter.starts_with("delivery-")) return LetterUnknown();
  const std::string_view number = letter.substr(letter.find('-') + 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), name.id);
  if (error != std::errc() || end != number.data() + number.size()) return LetterUnknown();
  return name;
}

absl::Status Collect(sqlite::Database& db, bool item, size_t limit,
                     std::vector<DeadLetter>& letters) {
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement row,
      db.Prepare(absl::StrCat("SELECT id, kind, reason, field, ", item ? "taken_ms" : "made_ms",
                              ", attempts FROM ", item ? "item" : "delivery",
                              " WHERE state = 4 ORDER BY id LIMIT ?1")));
  row.Bind(static_cast<int64_t>(limit));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
    if (!more) return absl::OkStatus();
    const std::string_view kind = item ? KindName(static_cast<ItemKind>(row.Int(1)))
                                       : KindName(static_cast<DeliveryKind>(row.Int(1)));
    letters.push_back({.letter = absl::StrCat(item ? "item-" : "delivery-", row.Int(0)),
                       .kind = std::string(kind),
                       .reason = std::string(row.Text(2)),
                       .field = std::string(row.Text(3)),
                       .since = FromUnixMillis(row.Int(4)),
                       .attempts = static_cast<uint32_t>(row.Int(5))});
  }
}

}  // namespace

absl::StatusOr<std::vector<DeadLetter>> DeadLetters::List(size_t limit) {
  std::vector<DeadLetter> letters;
  AMANA_RETURN_IF_ERROR(journal_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_RETURN_IF_ERROR(Collect(db, true, limit, letters));
    return Collect(db, false, limit - letters.size(), letters);
  }));
  return letters;
}

absl::StatusOr<int64_t> DeadLetters::Count() {
  int64_t count = 0;
  AMANA_RETURN_IF_ERROR(journal_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                           db.Prepare("SELECT (SELECT COUNT(*) FROM item WHERE state = 4) + "
                                      "(SELECT COUNT(*) FROM delivery WHERE state = 4)"));
    AMANA_RETURN_IF_ERROR(row.Step().status());
    count = row.Int(0);
    return absl::OkStatus();
  }));
  return count;
}

absl::Status DeadLetters::Redrive(std::string_view letter, absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const Name name, Parse(letter));
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    AMANA_RETURN_IF_ERROR(
        db.Run(absl::StrCat(name.item ? kRedriveItem : kRedriveDelivery, "id = ?3"),
               ToUnixMillis(now), ToUnixMillis(now + policy_.deadline), name.id));
    return db.Changes() == 1 ? absl::OkStatus() : LetterUnknown();
  });
}

absl::StatusOr<int64_t> DeadLetters::RedriveAll(absl::Time now) {
  int64_t count = 0;
  AMANA_RETURN_IF_ERROR(journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const char* sql : {kRedriveItem, kRedriveDelivery}) {
      AMANA_RETURN_IF_ERROR(db.Run(absl::StrCat(sql, "id > 0"), ToUnixMillis(now),
                                   ToUnixMillis(now + policy_.deadline)));
      count += db.Changes();
    }
    return absl::OkStatus();
  }));
  return count;
}

absl::Status DeadLetters::Discard(std::string_view letter) {
  AMANA_ASSIGN_OR_RETURN(const Name name, Parse(letter));
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    AMANA_RETURN_IF_ERROR(
        db.Run(name.item ? "UPDATE item SET state = 3, content = NULL WHERE state = 4 AND id = ?1"
                         : "UPDATE delivery SET state = 3 WHERE state = 4 AND id = ?1",
               name.id));
    return db.Changes() == 1 ? absl::OkStatus() : LetterUnknown();
  });
}

}  // namespace amana::runtime
