// The configuration of an adapter program: one TOML file. Paths are meant from its folder; every
// key, with its default ("required" where there is none; absent: none):
//
//   identity = required            # the agency.toml of sdk/identity.h: keys, authorities, broker
//   mapping = required             # the agency's mapping file (mapping/mapping.h)
//   journal = required             # a folder of this program alone (journal.h)
//   poll = "5s"                    # how often the native side is asked
//   batch = 64                     # items and deliveries at a time
//   [retry]
//   first = "1s"                   # after the first failure; doubles
//   longest = "10m"
//   deadline = "336h"              # then it is a dead letter
//   [limits]
//   most_waiting = 10000           # items held that are not yet signed; beyond it none is taken
//   backlog = 1000                 # deliveries the native side has not taken; beyond it none is
//                                  # asked of the broker, which keeps them
//   credit = 32                    # deliveries under way at most, 1 to 256
//   [case]                         # what the agency says of all its cases; a record's own word
//                                  # comes first, and what neither says is refused, never guessed
//   legal_basis = absent           # "CONSENT", ...
//   embassy_contact = absent       # "NOT_ASSESSED", ...
//   guardian_conflict = absent     # of minors, where the record is silent: true or false
//   urgency = absent
//   expires = "720h"               # at most 2160h
//   candidates = 3                 # to how many a service with no recipient is sealed
//   test = false                   # drills only
//   copy_to = []                   # units that get every case besides, as the service OTHER
//   [case.recipients]              # who gives a service where the record names nobody
//   ACCOMMODATION = "shelter-a/intake"
//   [api]                          # the local API; absent: none
//   socket = absent                # a unix socket, or
//   address = absent               # "127.0.0.1:8700": loopback only; port 0 takes a free one
//   grpc = absent                  # the same as gRPC: "unix:/absolute/path", in a folder of mode
//                                  # 0700, or "127.0.0.1:8701"; beside either or alone
//   token = required               # a file of mode 0400 or 0600
//   [metrics]
//   port = absent                  # on 127.0.0.1 only; 0 takes a free one
//   [logging]
//   level = "info"                 # debug, info, warning, error
//   file = absent
//   [native]                       # the adapter's own; its guide says what
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_CONFIG_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/runtime/adapter.h"
#include "agency-adapters/runtime/journal.h"
#include "amana/v1/codes.pb.h"
#include "base/durable_file.h"
#include "base/ids.h"
#include "base/log.h"

namespace amana::runtime {

// The table [case].
struct CaseRules {
  std::optional<v1::LegalBasis> legal_basis = {};
  std::optional<v1::EmbassyContact> embassy_contact = {};
  std::optional<bool> guardian_conflict = {};
  std::optional<v1::Urgency> urgency = {};
  absl::Duration expires = absl::Hours(720);
  size_t candidates = 3;
  bool test = false;
  std::map<v1::ServiceType, Address> recipients = {};
  std::vector<Address> copy_to = {};
};

struct ApiConfig {
  std::string socket;  // HTTP: one of the two, or neither
  std::string address;
  std::string token_file;
  std::string grpc = {};
};

struct Config {
  std::string identity;
  std::string mapping;
  std::string journal;
  absl::Duration poll;
  size_t batch = 64;
  RetryPolicy retry;
  size_t most_waiting = 0;
  size_t backlog = 0;
  uint32_t credit = 0;
  CaseRules cases;
  std::optional<ApiConfig> api;
  std::optional<int> metrics_port;
  LogOptions logging;
  AdapterOpener open;
};

// CONFIG_INVALID with every finding, "file:line: key: expected X, got Y", the adapter's own too;
// errors of FileSystem::Read.
absl::StatusOr<Config> LoadConfig(FileSystem& files, const std::string& path,
                                  const AdapterFactory& factory);
absl::StatusOr<Config> ParseConfig(std::string_view text, const std::string& name,
                                   const AdapterFactory& factory);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_CONFIG_H_
