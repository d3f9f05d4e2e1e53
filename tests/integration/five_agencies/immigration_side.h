// The immigration department: drop folders of an OpenSSH server. A program of the department's
// takes what is laid out for it, and lays out its cases and answers.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_IMMIGRATION_SIDE_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_IMMIGRATION_SIDE_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/five_agencies/side.h"
#include "tests/support/sshd.h"

namespace amana::five {

class ImmigrationSide final : public Side {
 public:
  absl::Status Open(const std::string& folder) override;
  std::string Tables() const override;
  // To the shelter.
  absl::Status Refer(const Person& person) override;
  absl::Status Act() override;
  absl::StatusOr<Effects> Look() override;
  absl::StatusOr<Json> Records() override;

  // A consent that names the department: it may be written content that rests on it.
  absl::Status Name(const std::string& consent);
  bool IsEmpty() const;  // nothing was ever laid out for it

 private:
  absl::Status Drop(const std::string& name, const std::string& text);
  absl::Status Take(const std::string& name);

  std::string folder_;
  std::string named_;
  std::unique_ptr<tests::Sshd> sshd_;
  std::vector<Json> taken_;  // rows that were laid out, by column
  int files_ = 0;
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_IMMIGRATION_SIDE_H_
