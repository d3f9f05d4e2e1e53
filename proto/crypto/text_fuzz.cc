// SPIFFE ids and lists of revoked certificates: an id has one spelling; a list is used whole or not
// at all, and reads the same after it was written again.
#include <algorithm>
#include <string>

#include "base/status.h"
#include "proto/crypto/revocation_list.h"
#include "proto/crypto/spiffe.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

bool CheckSpiffe(std::string_view uri) {
  const auto id = crypto::ParseSpiffeId(uri);
  if (!id.ok()) {
    return RequireRefusal(id.status(), absl::StatusCode::kPermissionDenied, /*fields=*/false);
  }
  Require(crypto::ToUri(*id) == uri, "a SPIFFE id has one spelling");
  Require(!id->person.has_value() || id->unit.has_value(), "a person is of a unit");
  Require(crypto::CheckTrustDomain(id->trust_domain).ok(), "a trust domain");
  return true;
}

size_t Entries(std::string_view text) {
  size_t entries = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty() && line[0] != '#') ++entries;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return entries;
}

bool CheckRevocations(std::string_view text) {
  const auto list = crypto::ParseRevocationList(text);
  if (!list.ok()) {
    Require(list.status().message().find("line ") != absl::string_view::npos, "names the line");
    return RequireRefusal(list.status(), absl::StatusCode::kInvalidArgument, /*fields=*/false);
  }
  Require(list->size() == Entries(text), "an entry for each line");
  std::string written;
  for (const crypto::Revocation& revocation : *list) {
    const auto line = crypto::FormatRevocation(revocation);
    Require(line.ok(), "what was read can be written");
    written += *line;
  }
  const auto again = crypto::ParseRevocationList(written);
  Require(again.ok() && again->size() == list->size(), "what was written can be read");
  for (size_t i = 0; i < list->size(); ++i) {
    const crypto::Revocation& before = (*list)[i];
    const crypto::Revocation& after = (*again)[i];
    Require(after.certificate == before.certificate && after.reason == before.reason,
            "a revocation reads the same again");
    // Written in whole seconds.
    Require(after.revoked_at <= before.revoked_at &&
                before.revoked_at - after.revoked_at < absl::Seconds(1),
            "a revocation's time reads the same again");
  }
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = new std::vector<std::string>{
      '\0' + std::string("spiffe://synthetic.example/agency/police-a/person/desk/p-7"),
      '\0' + std::string("spiffe://synthetic.example/agency/iom-a/system"),
      '\1' + std::string("# SYNTHETIC\n\n") + std::string(64, 'a') +
          " 2030-03-17T17:46:40Z key compromise\n" + std::string(64, '0') +
          " 2031-01-01T00:00:00.250+03:00 retired\n"};
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  return input.Choice(2) == 0 ? CheckSpiffe(input.Rest()) : CheckRevocations(input.Rest());
  return true;
}

}  // namespace amana::fuzz
