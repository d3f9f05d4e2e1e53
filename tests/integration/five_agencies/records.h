// Native records as they can be compared with what is written down: what differs from run to run
// (referral ids, consents, times, tags) stands under a name of its own, lists are sorted.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_RECORDS_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_RECORDS_H_

#include <string>
#include <vector>

#include "tests/integration/five_agencies/side.h"

namespace amana::five {

Json Normalised(const Json& records);

// A line for each record that is missing ("- ...") or should not be there ("+ ...").
std::vector<std::string> Differences(const std::string& side, const Json& expected,
                                     const Json& actual);

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_RECORDS_H_
