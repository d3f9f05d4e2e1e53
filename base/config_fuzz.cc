// Configuration files: the broker's own, and the registry that a federation hands round. A file is
// read whole or refused with its line, asking twice gives one answer, and no secret is shown.
#include <string>

#include "base/config.h"
#include "base/status.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

constexpr std::string_view kSecret = "SYNTHETIC-SECRET";

void Read(const ConfigTable& table, int depth) {
  const int64_t port = table.Int("port", 1, 65535, 8443);
  Require(port >= 1 && port <= 65535, "an integer is in its range");
  const absl::Duration wait =
      table.Duration("wait", absl::Seconds(1), absl::Hours(1), absl::Seconds(5));
  Require(wait >= absl::Seconds(1) && wait <= absl::Hours(1), "a duration is in its range");
  Require(!table.Path("key", "default.key").empty(), "a file name is not empty");
  table.Bool("on", false);
  table.String("token", "");
  table.StringList("names", std::vector<std::string>());
  const int kind = table.Enum<int>("kind", {{"ONE", 1}, {"TWO", 2}}, 1);
  Require(kind == 1 || kind == 2, "a code is one of its list");
  if (depth == 0) return;
  Read(table.Table("sub"), depth - 1);
  for (const ConfigTable& item : table.Tables("agency")) Read(item, depth - 1);
}

// Where the secret is the token's value and nothing else.
void RequireHidden(std::string_view file, absl::string_view message) {
  const size_t at = file.find(kSecret);
  if (at == std::string_view::npos || file.rfind(kSecret) != at) return;
  const std::string_view before = file.substr(0, at);
  if (!before.ends_with("\ntoken = \"") && !before.ends_with("\ntoken = [\"")) return;
  Require(
      message.find(absl::string_view(kSecret.data(), kSecret.size())) == absl::string_view::npos,
      "no secret is shown");
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = new std::vector<std::string>{
      R"(port = 8443
wait = "1m30s"
key = "keys/a.key"
on = true
token = "SYNTHETIC-SECRET"
names = ["a", "b"]
kind = "TWO"
[sub]
port = 1
[[agency]]
names = []
[[agency]]
wait = "1h"
sub = { port = 2, key = "x" }
)",
      "port = 70000\nwait = \"2 days\"\ntoken = [\"SYNTHETIC-SECRET\"]\nunknown = 1979-05-27\n",
      "\"on\" = false\n[sub]\nnames = [\"\\u00e9\", '''x''']\n[sub.sub]\nwait = \"59m\"\n"};
  return *seeds;
}

bool Check(std::string_view bytes) {
  const auto reader = ConfigReader::FromText(bytes, "conf/fuzz.toml");
  if (!reader.ok()) {
    Require(reader.status().message().find("conf/fuzz.toml:") == 0, "a refusal names its line");
    return RequireRefusal(reader.status(), absl::StatusCode::kInvalidArgument, /*fields=*/false);
  }
  Read((*reader)->Root(), 2);
  const absl::Status status = (*reader)->Finish();
  Require((*reader)->Finish() == status, "the same answer again");
  if (status.ok()) return true;
  RequireHidden(bytes, status.message());
  return RequireRefusal(status, absl::StatusCode::kInvalidArgument, /*fields=*/false);
}

}  // namespace amana::fuzz
