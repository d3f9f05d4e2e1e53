// The police system's documents: read whole or refused with a field, no content shown, and what was
// read is written so that it reads the same.
#include <string>

#include "agency-adapters/police/documents_for_test.h"
#include "agency-adapters/police/messages.h"
#include "agency-adapters/police/niem_json.h"
#include "base/status.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = new std::vector<std::string>{
      police::CaseForTest(),
      police::DecisionForTest("OB/1", R"("x:DecisionCode": "ASK", "x:CategoryCode": ["RISK"],
        "x:TaskNumeric": 1, "x:DecisionText": "words")"),
      police::DocumentForTest(R"("j:ProtectionOrder": [{"nc:A": "1"}, {"nc:BNumeric": 1.5}])")};
  return *seeds;
}

bool Check(std::string_view bytes) {
  constexpr std::string_view kMark = "TESTCASE";
  const auto message = police::ReadMessage(bytes, "");
  if (message.ok()) {
    Require(!message->item.key.empty() && message->item.key.size() <= 200, "a key");
  } else {
    RequireReason(message.status());
    RequireHidden(message.status(), kMark);
  }
  const auto record = police::ReadNiemJson(bytes);
  RequireHidden(record.status(), kMark);
  if (!record.ok()) {
    return RequireRefusal(record.status(), absl::StatusCode::kInvalidArgument, /*fields=*/false);
  }
  const auto written = police::WriteNiemJson(*record);
  RequireHidden(written.status(), kMark);
  // A text that says nothing is not written.
  if (!written.ok()) {
    return RequireRefusal(written.status(), absl::StatusCode::kInvalidArgument, /*fields=*/false);
  }
  const auto again = police::ReadNiemJson(*written);
  Require(again.ok(), "what is written is read");
  for (const auto& [name, texts] : again->fields) {
    Require(record->fields.at(name) == texts, "and says the same");
  }
  return true;
}

}  // namespace amana::fuzz
