// The police: a system behind HTTPS that keeps what is posted to it, and posts cases and decisions
// to the adapter's endpoint until they are taken.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_POLICE_SIDE_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_POLICE_SIDE_H_

#include <deque>
#include <memory>
#include <set>
#include <string>

#include "base/http_client.h"
#include "tests/integration/five_agencies/side.h"
#include "tests/support/https_files.h"
#include "tests/support/police_backend.h"

namespace amana::five {

class PoliceSide final : public Side {
 public:
  PoliceSide();

  // With this, a case also asks the immigration department for a status.
  void AskImmigration() { immigration_ = true; }

  absl::Status Open(const std::string& folder) override;
  std::string Tables() const override;
  // Shelter and travel document; a copy goes to IOM, as the configuration says.
  absl::Status Refer(const Person& person) override;
  absl::Status Act() override;
  absl::StatusOr<Effects> Look() override;
  absl::StatusOr<Json> Records() override;

  // A step of a handover of the case under this number.
  void Step(const std::string& ob_number, const std::string& step, const Json& details);
  static std::string ObNumber(const Person& person);
  std::vector<tests::PoliceBackend::Message> messages() const { return backend_->messages(); }

 private:
  struct Post {
    std::string id, document;
  };
  void Queue(const std::string& id, const Json& document);

  const tests::HttpsFiles files_;
  const int port_;
  bool immigration_ = false;
  std::unique_ptr<tests::PoliceBackend> backend_;
  std::unique_ptr<http::Client> client_;
  std::deque<Post> posts_;         // not taken yet, in order
  std::set<std::string> decided_;  // keys of cases
  int steps_ = 0;
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_POLICE_SIDE_H_
