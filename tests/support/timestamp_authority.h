// An RFC 3161 authority made of the openssl program, behind a small HTTP server; it lies when told
// to. What goes wrong in making it fails the test. Thread-safe.
#ifndef AMANA_TESTS_SUPPORT_TIMESTAMP_AUTHORITY_H_
#define AMANA_TESTS_SUPPORT_TIMESTAMP_AUTHORITY_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/http_server.h"
#include "base/testing.h"

namespace amana::tests {

class TimestampAuthority {
 public:
  enum class Mood {
    kHonest,
    kOtherNonce,  // answers another request for the same
    kOtherData,   // stamps something else, under this nonce
    kExpired,     // signs with a certificate that is over
    kHuge,        // a megabyte
    kRefuses,     // HTTP status 503
    kNonsense,    // 200 with a page of HTML
    kSlow         // answers when it is told another mood
  };

  TimestampAuthority();
  ~TimestampAuthority();

  std::string url() const { return "http://" + server_->address() + "/tsa"; }
  std::string roots_file() const { return dir_.File("ca.pem"); }
  void Set(Mood mood);
  int asked() const { return asked_; }

 private:
  void Sh(const std::string& script) const;
  void Issue(const std::string& name, const std::string& validity) const;
  http::Response Answer(const http::Request& request);
  std::string Stamp(const std::string& query, const std::string& signer) const;

  const TempDir dir_;
  std::atomic<int> asked_ = 0;
  absl::Mutex mu_;
  Mood mood_ ABSL_GUARDED_BY(mu_) = Mood::kHonest;
  std::unique_ptr<http::Server> server_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_TIMESTAMP_AUTHORITY_H_
