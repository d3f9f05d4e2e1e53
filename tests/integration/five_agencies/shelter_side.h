// The shelter: Primero, whose user accepts what is referred to her, and an SMS gateway. What the
// shelter refers to others goes by the adapter's local API.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_SHELTER_SIDE_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_SHELTER_SIDE_H_

#include <deque>
#include <memory>
#include <string>

#include "tests/integration/five_agencies/side.h"
#include "tests/support/primero_server.h"

namespace amana::five {

class ShelterSide final : public Side {
 public:
  explicit ShelterSide(LocalApi& api) : api_(api) {}

  absl::Status Open(const std::string& folder) override;
  std::string Tables() const override;
  // Counselling, of IOM.
  absl::Status Refer(const Person& person) override;
  absl::Status Act() override;
  absl::StatusOr<Effects> Look() override;
  absl::StatusOr<Json> Records() override;

  // A step of a handover about an inbox item's key; false: the adapter has not taken it yet.
  bool Step(const std::string& about, const std::string& step, const Json& details);

 private:
  LocalApi& api_;
  std::unique_ptr<tests::PrimeroServer> primero_;
  std::deque<std::string> referrals_;  // bodies that are not taken yet
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_SHELTER_SIDE_H_
