// Which effects a case has natively, on whose side; and what of it is missing or there twice.
// Pure but for looking at the sides.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_EXPECT_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_EXPECT_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/integration/five_agencies/world.h"

namespace amana::five {

// Of one agency's side.
struct Balance {
  size_t items = 0;  // effects that must be there
  std::vector<std::string> lost, doubled;
};

class Expectation {
 public:
  explicit Expectation(World& world) : world_(world) {}

  // `person` was referred by `sender` (all kinds of cases that the sides refer).
  void Referred(size_t sender, const Person& person);
  size_t cases(size_t sender) const { return cases_[sender]; }

  // As it stands now, by agency.
  absl::StatusOr<std::vector<Balance>> Weigh();

 private:
  void Expect(size_t which, std::string effect) { expected_[which].insert(std::move(effect)); }
  // So many must be there of whose names only the beginning and the end are known.
  static void Count(const Effects& effects, const std::string& begin, const std::string& end,
                    size_t wanted, Balance& balance);

  World& world_;
  std::array<std::set<std::string>, 5> expected_;
  std::array<size_t, 5> cases_ = {};
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_EXPECT_H_
