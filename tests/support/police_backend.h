// The police's REST service for tests: keeps what agency-adapters/police/police_system.h says, and
// fails on order. Stores by idempotency key, so that a double would show as two.
#ifndef AMANA_TESTS_SUPPORT_POLICE_BACKEND_H_
#define AMANA_TESTS_SUPPORT_POLICE_BACKEND_H_

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/durable_file.h"
#include "base/http_server.h"

namespace amana::tests {

// Thread-safe.
class PoliceBackend {
 public:
  struct Message {
    std::string key;
    std::string id;
    nlohmann::json document;
  };
  // What the next POST meets; the one after it meets the next fault, or none.
  struct Fault {
    int status = 0;        // answers this; 0: as it should
    bool stores = false;   // before it answers so
    absl::Duration delay;  // before it answers
  };

  static absl::StatusOr<std::unique_ptr<PoliceBackend>> Start(const http::ServerTls& tls);

  std::string base() const { return "https://localhost:" + std::to_string(server_->port()); }
  void Add(Fault fault);
  // What a POST of a stored key gets: 200, or 409, with the id or without.
  void AnswerReplays(int status, bool with_id);
  // The OB number that the next stored message gets, where it should not be one of its own.
  void UseId(const std::string& id);
  // From now on what is stored is synced into this file before it is answered.
  absl::Status KeepIn(const std::string& file);

  std::vector<Message> messages() const;  // stored, in order
  int posts() const;

 private:
  PoliceBackend() = default;
  http::Response Answer(const http::Request& request);
  http::Response Post(const http::Request& request);
  http::Response Get(const http::Request& request) const;

  mutable absl::Mutex mu_;
  std::vector<Message> messages_ ABSL_GUARDED_BY(mu_);
  std::deque<Fault> faults_ ABSL_GUARDED_BY(mu_);
  std::deque<std::string> ids_ ABSL_GUARDED_BY(mu_);
  int replay_status_ ABSL_GUARDED_BY(mu_) = 200;
  bool replay_id_ ABSL_GUARDED_BY(mu_) = true;
  std::map<std::string, size_t, std::less<>> places_ ABSL_GUARDED_BY(mu_);  // in messages_, by key
  int posts_ ABSL_GUARDED_BY(mu_) = 0;
  std::unique_ptr<AppendFile> kept_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<http::Server> server_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_POLICE_BACKEND_H_
