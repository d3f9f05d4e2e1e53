// Names as a server lists them, and folders of a configuration: what is taken leads to one file in
// that folder and nowhere else, and a refusal shows neither.
#include "agency-adapters/net/remote_path.h"

#include <filesystem>

#include "base/status.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {

const std::vector<std::string>& Seeds() {
  static const auto* const seeds =
      new std::vector<std::string>{"from-dis\nvot_20310202T0815_000001.csv",
                                   "/srv/amana/in\nSYNTHETIC.csv.sha256",
                                   "in\na",
                                   "to-dis\namana-00112233445566778899aabbccddeeff.csv.part",
                                   "in/of/many\n0..x",
                                   "in\n../../etc/passwd",
                                   "in/../..\nSYNTHETIC",
                                   std::string("in\na\0b.csv", 10),
                                   "in\n%2e%2e%2fSYNTHETIC"};
  return *seeds;
}

// "folder\nname".
bool Check(std::string_view bytes) {
  const std::string_view folder = bytes.substr(0, bytes.find('\n'));
  const std::string_view name = bytes.substr(std::min(folder.size() + 1, bytes.size()));
  const auto path = net::RemotePath::Create(folder, name);
  if (!path.ok()) {
    RequireHidden(path.status(), "SYNTHETIC");
    return RequireReason(path.status());
  }
  const std::filesystem::path whole = path->text();
  Require(whole.parent_path() == std::filesystem::path(folder), "a file of that folder");
  Require(whole.filename() == std::filesystem::path(name), "of that name");
  Require(whole.lexically_normal() == whole, "which nothing in it leads away from");
  for (const unsigned char c : path->text()) Require(c > 0x20 && c < 0x7F, "printable");
  return true;
}

}  // namespace amana::fuzz
