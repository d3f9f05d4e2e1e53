// A small server of our own that keeps to Primero's API v2 as its documentation (doc/api) has it:
// tokens, cases under ids of the client's, referrals. Plain HTTP on a free port of 127.0.0.1. And
// an SMS gateway beside it, at /sms, which sends the same Idempotency-Key once. Thread-safe.
#ifndef AMANA_TESTS_SUPPORT_PRIMERO_SERVER_H_
#define AMANA_TESTS_SUPPORT_PRIMERO_SERVER_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/durable_file.h"
#include "base/http_server.h"

namespace amana::tests {

inline constexpr char kPrimeroUser[] = "amana";
inline constexpr char kPrimeroPassword[] = "SYNTHETIC-primero-password";

class PrimeroServer {
 public:
  static absl::StatusOr<std::unique_ptr<PrimeroServer>> Start();

  std::string url() const { return "http://" + server_->address(); }
  std::string sms_url() const { return url() + "/sms"; }

  std::map<std::string, nlohmann::json> Cases() const;
  std::vector<nlohmann::json> Referrals(const std::string& case_id) const;
  std::vector<nlohmann::json> Files(const std::string& case_id) const;  // as they came, with ids
  std::vector<nlohmann::json> Sms() const;                              // bodies that were sent out
  // What its user does with the one referral of a case: a status, and a reason to reject.
  void Decide(const std::string& case_id, const std::string& status,
              const std::string& reason = "");
  void EndTokens();  // every token is over
  // `times` calls of any kind are answered so and do nothing, `after` others.
  void Fail(int times, int status, int after = 0);
  // The next `times` POSTs to a path that ends so do their work and are answered 504.
  void LoseAnswers(const std::string& ending, int times);
  // From now on what changes something is synced into this file before it is answered.
  absl::Status KeepIn(const std::string& file);

 private:
  http::Response Answer(const http::Request& request);
  http::Response Api(const http::Request& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  http::Response CaseCall(const http::Request& request, const std::string& id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  http::Response ReferralCall(const http::Request& request, const std::string& case_id,
                              const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  http::Response FileCall(const http::Request& request, const std::string& case_id,
                          const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  http::Response Token(const http::Request& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  http::Response SendSms(const http::Request& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable absl::Mutex mu_;
  std::map<std::string, nlohmann::json> cases_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::vector<nlohmann::json>> referrals_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::vector<nlohmann::json>> files_ ABSL_GUARDED_BY(mu_);
  std::vector<nlohmann::json> sms_ ABSL_GUARDED_BY(mu_);
  std::set<std::string> sms_keys_ ABSL_GUARDED_BY(mu_);
  std::set<std::string> tokens_ ABSL_GUARDED_BY(mu_);
  int made_ ABSL_GUARDED_BY(mu_) = 0;
  int passing_ ABSL_GUARDED_BY(mu_) = 0;
  int failing_ ABSL_GUARDED_BY(mu_) = 0;
  int fail_status_ ABSL_GUARDED_BY(mu_) = 500;
  std::string losing_at_ ABSL_GUARDED_BY(mu_);
  int losing_ ABSL_GUARDED_BY(mu_) = 0;
  std::unique_ptr<AppendFile> kept_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<http::Server> server_;  // last: it stops before what it answers from goes
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_PRIMERO_SERVER_H_
