// Files of the department, and names of them: every row becomes an item or is refused with reason
// and field; no refusal, report line or log line shows a cell; no name leads out of its folder.
#include <algorithm>
#include <set>

#include "agency-adapters/immigration/in_file.h"
#include "agency-adapters/immigration/row_report.h"
#include "agency-adapters/immigration/rows_for_test.h"
#include "agency-adapters/net/remote_path.h"
#include "base/status.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

using immigration::ProfileFile;
using immigration::ProfileRow;

constexpr std::string_view kMark = "SYNTHETIC";

void RequireNothingShown(std::string_view text) {
  Require(std::string(text).find(kMark) == std::string::npos, "no cell is shown");
}

void RequireRefused(const absl::Status& status) {
  RequireRefusal(status, absl::StatusCode::kInvalidArgument);
  RequireNothingShown(std::string(status.message()));
  RequireNothingShown(immigration::RejLine(1, "", ErrorReason(status), ErrorField(status)));
}

void RequireName(std::string_view name) {
  const auto path = net::RemotePath::Create("in", name);
  if (!path.ok()) return RequireNothingShown(std::string(path.status().message()));
  const std::string& text = path->text();
  Require(text == "in/" + std::string(name), "the name as it is");
  Require(text.find("..") == std::string::npos || text.find("/..") == std::string::npos, "no ..");
  Require(std::count(text.begin(), text.end(), '/') == 1, "one folder and no other");
  Require(
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; }),
      "printable");
}

}  // namespace

const std::vector<std::string>& Seeds() {
  using immigration::testing::File;
  using immigration::testing::InFileText;
  using immigration::testing::InRow;
  static const auto* const seeds = new std::vector<std::string>{
      InFileText({InRow("DIS-1"), InRow("DIS-2", R"("SYNTHETIC, ""quoted""")")}),
      InFileText({InRow("DIS-1", "\"SYNTHETIC\r\nLINES\""), InRow("DIS-1"), InRow("../DIS")}),
      File("DIS-VOT-ANSWER", immigration::testing::kAnswerHeader,
           {"A-1,ASK,police-a/0011/1:0,,IDENTITY;RISK,0,,SYNTHETIC", "A-2,SEEN,K,,,,,"}),
      "../../etc/passwd", "vot_20310202T0815_000001.csv"};
  return *seeds;
}

bool Check(std::string_view bytes) {
  RequireName(bytes);
  const auto file = immigration::ReadInFile(bytes);
  if (!file.ok()) {
    RequireRefused(file.status());
    return false;
  }
  std::set<std::string> keys;
  size_t number = 0;
  bool any = false;
  for (const ProfileRow& row : file->rows) {
    Require(row.number == ++number, "rows are counted");
    const auto item = immigration::ItemOf(*file->profile, row);
    if (!item.ok()) {
      RequireRefused(item.status());
      continue;
    }
    any = true;
    Require(immigration::IsRefNo(item->key) && keys.insert(item->key).second, "one item a number");
    Require(item->kind == runtime::ItemKind::kCase || !item->about.empty(), "an answer is about");
  }
  return any;
}

}  // namespace amana::fuzz
