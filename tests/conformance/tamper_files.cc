#include <algorithm>
#include <filesystem>
#include <utility>

#include "proto/transparency/tile.h"
#include "tests/conformance/forged_log.h"
#include "tests/conformance/tamper_row.h"

namespace amana::tests {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

// Entry bundle 0 is full (the scene has more than 256 entries).
constexpr char kBundle[] = "/tile/entries/000";
constexpr char kHashes[] = "/tile/0/000";
constexpr size_t kEnd = 300;        // so many entries before the end there is something held
constexpr size_t kFramed = 2 + 33;  // an entry behind its length

// A change of the bytes of one file.
std::function<Arguments(const TamperScene&)> Edit(std::string file,
                                                  std::function<void(std::string&)> change) {
  return [file = std::move(file), change = std::move(change)](const TamperScene& scene) {
    std::string bytes = ReadOrDie(scene.folder + file);
    change(bytes);
    WriteOrDie(scene.folder + file, bytes);
    return Arguments();
  };
}

std::function<Arguments(const TamperScene&)> Remove(std::string file) {
  return [file = std::move(file)](const TamperScene& scene) {
    fs::remove(scene.folder + file);
    return Arguments();
  };
}

// A change of the entries, after which everything follows from them and is signed by the log's key.
std::function<Arguments(const TamperScene&)> Resign(
    std::function<void(std::vector<std::string>&)> change) {
  return [change = std::move(change)](const TamperScene& scene) {
    ForgedLog log(scene.folder);
    change(log.entries());
    log.Write(*scene.log);
    return Arguments();
  };
}

void SwapEntries(std::string& bundle) {
  std::swap_ranges(bundle.begin() + 3 * kFramed, bundle.begin() + 4 * kFramed,
                   bundle.begin() + 7 * kFramed);
}

void ReplaceLine(std::string& note, size_t line, const std::string& with) {
  size_t from = 0;
  while (line-- > 0) from = note.find('\n', from) + 1;
  note.replace(from, note.find('\n', from) - from, with);
}

Arguments PutOlder(const TamperScene& scene) {
  fs::remove_all(scene.folder);
  fs::copy(scene.older, scene.folder, fs::copy_options::recursive);
  return {};
}

Arguments SignWithAnotherKey(const TamperScene& scene) {
  auto key = crypto::Ed25519PrivateKey::Generate();
  CheckOrDie(key.status(), "key");
  const auto signer =
      transparency::NoteSigner::Create(scene.log->verifier().name(), *std::move(key));
  CheckOrDie(signer.status(), "signer");
  ForgedLog(scene.folder).Write(*signer);
  return {};
}

}  // namespace

std::vector<TamperRow> FileRows() {
  return {
      {"edit an entry", "REPLAY", "TAMPERED", Edit(kBundle, [](std::string& b) { b[20] ^= 1; })},
      {"delete an entry", "REPLAY", "TAMPERED",
       Edit(kBundle, [](std::string& b) { b.erase(5 * kFramed, kFramed); })},
      {"insert an entry", "REPLAY", "TAMPERED",
       Edit(kBundle, [](std::string& b) { b.insert(0, b.substr(0, kFramed)); })},
      {"swap two leaves", "REPLAY", "TAMPERED", Edit(kBundle, SwapEntries)},
      {"reorder entries", "REPLAY", "TAMPERED",
       Edit(kBundle,
            [](std::string& b) { std::rotate(b.begin(), b.begin() + 3 * kFramed, b.end()); })},
      {"truncate a bundle", "REPLAY", "TAMPERED",
       Edit(kBundle, [](std::string& b) { b.resize(b.size() - 1); })},
      {"empty a bundle", "REPLAY", "TAMPERED", Edit(kBundle, [](std::string& b) { b.clear(); })},
      {"remove a bundle", "REPLAY", "INCOMPLETE", Remove(kBundle)},
      {"edit a hash tile", "REPLAY", "TAMPERED", Edit(kHashes, [](std::string& b) { b[40] ^= 1; })},
      {"truncate a hash tile", "REPLAY", "TAMPERED",
       Edit(kHashes, [](std::string& b) { b.resize(b.size() - 32); })},
      {"remove a hash tile", "REPLAY", "INCOMPLETE", Remove(kHashes)},
      {"say another size", "NOTE", "TAMPERED",
       Edit("/checkpoint", [](std::string& n) { ReplaceLine(n, 1, "257"); })},
      {"say another root", "NOTE", "TAMPERED",
       Edit("/checkpoint",
            [](std::string& n) {
              ReplaceLine(n, 2, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
            })},
      {"remove the signature", "NOTE", "UNVERIFIABLE",
       Edit("/checkpoint", [](std::string& n) { n.resize(n.find("\n\n") + 2); })},
      {"remove the checkpoint", "NOTE", "INCOMPLETE", Remove("/checkpoint")},
      {"replay an old backup", "CONSISTENCY", "INCOMPLETE", PutOlder},
      {"sign with another key", "NOTE", "UNTRUSTED", SignWithAnotherKey},
  };
}

std::vector<TamperRow> ResignedRows() {
  using Entries = std::vector<std::string>;
  return {
      {"edit an entry and sign again", "CONSISTENCY", "TAMPERED",
       Resign([](Entries& e) { e[10].back() ^= 1; })},
      {"drop an entry and sign again", "CONSISTENCY", "TAMPERED",
       Resign([](Entries& e) { e.erase(e.begin() + 10); })},
      {"insert an entry and sign again", "CONSISTENCY", "TAMPERED",
       Resign([](Entries& e) { e.insert(e.begin() + 10, e[10]); })},
      {"swap two leaves and sign again", "CONSISTENCY", "TAMPERED",
       Resign([](Entries& e) { std::swap(e[10], e[11]); })},
      {"reorder entries and sign again", "CONSISTENCY", "TAMPERED",
       Resign([](Entries& e) { std::rotate(e.begin(), e.begin() + 5, e.begin() + 20); })},
      {"truncate the log and sign again", "CONSISTENCY", "INCOMPLETE",
       Resign([](Entries& e) { e.resize(e.size() - kEnd); })},
      {"another end of the same length", "CONSISTENCY", "TAMPERED", Resign([](Entries& e) {
         for (size_t i = e.size() - kEnd; i < e.size(); ++i) e[i].back() ^= 1;
       })},
      {"fork, and grow beyond what is held", "CONSISTENCY", "TAMPERED", Resign([](Entries& e) {
         for (size_t i = e.size() - kEnd; i < e.size(); ++i) e[i].back() ^= 1;
         for (int i = 0; i < 300; ++i) e.push_back(e[static_cast<size_t>(i)]);
       })},
      {"only the first entry, and sign again", "CONSISTENCY", "TAMPERED",
       Resign([](Entries& e) { e[0].back() ^= 1; })},
  };
}

}  // namespace amana::tests
