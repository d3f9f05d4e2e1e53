// The broker's configuration file (TOML). Every key, with its default ("required" where there is
// none); durations as "30s", "15m", "24h":
//
//   data_dir = required            # the store, the log's tiles
//   clock_sync = required          # "required": the kernel's clock must be synchronised;
//                                  # "trusted": for quickstart and tests
//   clock_jump = "1m"              # a jump of the wall clock beyond this holds the broker
//
//   [listen]
//   address = "127.0.0.1:8443"     # an IP address and a port; port 0 takes a free one
//   [tls]                          # PEM files, read again when they change
//   certificate = required         # the chain, leaf first
//   key = required
//   ca = required                  # the root that clients' certificates chain to
//   [registry]
//   path = required
//   [transparency]
//   key = required                 # the log's Ed25519 key, PKCS #8 PEM, mode 0400
//   origin = required              # the name its checkpoints are signed under
//   pseudonym_key = "pseudonym.key" beside key  # made at the start when it is not there
//   tiles = true                   # write the log as plain files, to <data_dir>/tiles
//   [log_http]                     # the same files over HTTP, for anybody who can connect
//   address = absent               # "127.0.0.1:8080"; port 0 takes a free one; absent: not served
//   certificate = absent           # PEM: over TLS; required, with key, on any other address than
//   key = absent                   # 127.0.0.1 and [::1]
//   [guard]                        # the newest checkpoint, kept apart from the store
//   path = absent                  # a folder outside data_dir, best on another disk; a store that
//   is
//                                  # behind it, or differs, is not signed with
//   [witnesses]                    # who cosigns the log's checkpoints (C2SP tlog-witness)
//   quorum = absent                # how many make a checkpoint WITNESSED; required with any
//   ca = absent                    # PEM: their servers are believed by these alone; absent: by the
//                                  # system's authorities
//   timeout = "10s"                # of one call; a newer checkpoint waits as long for a quorum
//   retry_longest = "1m"           # one that fails is asked again after 2s, 4s... up to this
//   [[witness]]                    # for each
//   vkey = required                # its verifier key, type cosignature/v1
//   url = required                 # https://..., http:// only to this machine; /add-checkpoint is
//                                  # put after it
//   [timestamp]                    # the newest checkpoint, stamped by an RFC 3161 authority
//   url = absent                   # https://..., http:// only to this machine; absent: nobody is
//   asked ca = required                  # with url. PEM: the roots of the authorities believed
//   tls_ca = absent                # PEM: its server is believed by these alone; absent: by the
//   system's interval = "1h" timeout = "10s"                # of one call; it delays nobody
//   retry_longest = "10m"          # after a failure it is asked again after 10s, 20s... up to this
//   [metrics]
//   port = absent                  # on 127.0.0.1 only; 0 takes a free one; absent: no metrics port
//   [logging]
//   level = "info"                 # debug, info, warning, error
//   file = absent                  # besides stderr
//   [limits]
//   max_connections = 4096
//   connection_memory_mib = 512
//   threads = 0                    # that verify; 0: one a core
//   queue_per_agency = 1024
//   calls_per_second = 5000        # of one agency, and so on
//   calls_burst = 10000
//   submissions_per_second = 20000
//   submissions_burst = 20000
//   submissions_per_day = 0        # 0: no quota
//   min_free_mib = 256             # less on the disk of data_dir: NOT_SERVING
//   [delivery]
//   lease = "60s"
//   acknowledge_within = "15m"
//   backoff_first = "1s"
//   backoff_longest = "10m"
//   max_attempts = 12
//   max_age = "336h"
//   recall_within = "24h"
//   review_within = "72h"         # of an override; 24 h for one approval of an IMMEDIATE referral
//   handover_grace = "2h"         # after its window; then a reminder, the coordinator, an alert
//   [retention]                    # what a referral holds is kept, once all of it is over:
//   completed = "168h"             # after it was completed
//   ended = "72h"                  # after it was declined, cancelled, expired or revoked; what was
//                                  # never disclosed, or whose consent was withdrawn, is erased at
//                                  once
//   [retention.completed_of]       # the shortest time of what it holds counts: by category
//   MEDICAL = "24h"                # for example; absent: as the rest
//   [retention.ended_of]           # the same
//   [store]
//   key_copies = 2                 # of the file without which no referral can be read; 0: none
//   key_copies_lifetime = "24h"    # then a copy is destroyed, and what was erased is gone from it
//   key_copies_folder = "<data_dir>/key-copies"  # keep it out of backups of the store
//   [drill]
//   hour = "1h"                    # what an hour of the SLA windows lasts, everybody's and units'
//                                  # own, from "100ms" on. Less than 1h is refused unless the first
//                                  # label of transparency.origin is "drill"
//                                  # ("drill.amana.example/log"). A log is opened under its own
//                                  # origin only, so none is both a drill's and real
#ifndef AMANA_BROKER_MAIN_CONFIG_H_
#define AMANA_BROKER_MAIN_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/log.h"
#include "broker/audit/witnessed.h"
#include "broker/delivery/policy.h"
#include "broker/rpc/executor.h"
#include "broker/rpc/rate_limit.h"
#include "broker/store/embedded/key_copies.h"

namespace amana::broker {

struct Witnesses {
  std::vector<audit::WitnessPeer> peers;
  int quorum = 0;
  std::string ca;
  absl::Duration timeout;
  absl::Duration retry_longest;
};

struct Timestamping {
  std::string url;  // empty: nobody is asked
  std::string ca, tls_ca;
  absl::Duration interval, timeout, retry_longest;
};

struct LogHttp {
  std::string address;  // empty: not served
  std::string certificate;
  std::string key;
};

struct Config {
  std::string data_dir;
  ClockSync clock_sync = ClockSync::kRequired;
  absl::Duration clock_jump;
  std::string listen_address;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_ca;
  std::string registry_path;
  std::string log_key;
  std::string pseudonym_key;
  std::string log_origin;
  bool tiles = true;
  LogHttp log_http;
  std::string guard;              // folder; empty: there is none
  bool accept_new_guard = false;  // of the command line alone
  Witnesses witnesses;
  Timestamping timestamp;
  std::optional<int> metrics_port;
  LogOptions logging;
  int max_connections = 0;
  size_t connection_memory_bytes = 0;
  uint64_t min_free_bytes = 0;
  rpc::Executor::Options executor;
  rpc::RateLimits rates;
  delivery::Policy policy;
  store::KeyCopyPolicy key_copies;
  absl::Duration drill_hour = absl::Hours(1);
};

// Whether `inner` is `outer` or within it, by their names.
bool IsWithin(const std::string& inner, const std::string& outer);

// Dotted keys that stand in place of the file's: {"listen.address", "0.0.0.0:8443"}.
using Overrides = std::vector<std::pair<std::string, std::string>>;

// CONFIG_INVALID with every finding, "file:line: key: expected X, got Y"; errors of
// FileSystem::Read.
absl::StatusOr<Config> LoadConfig(FileSystem& files, const std::string& path,
                                  const Overrides& overrides);
absl::StatusOr<Config> ParseConfig(std::string_view text, const std::string& name,
                                   const Overrides& overrides);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_CONFIG_H_
