// For tests: SYNTHETIC files of the department's.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_ROWS_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_ROWS_FOR_TEST_H_

#include <string>
#include <string_view>
#include <vector>

namespace amana::immigration::testing {

inline constexpr std::string_view kInHeader =
    "REF_NO,MSG_TYPE,DOC_TYPE,ISSUING_STATE,MRZ_L1,MRZ_L2,ENTRY_POINT,ENTRY_DATE,STATUS_CODE,"
    "CONSENT_REF,SERVICE_CODES,REMARKS";
inline constexpr std::string_view kAnswerHeader =
    "REF_NO,MSG_TYPE,ABOUT,CODE,CATEGORIES,TASK,ESCORT_CODE,REMARKS";

inline std::string File(std::string_view profile, std::string_view header,
                        const std::vector<std::string>& rows) {
  std::string text = "#profile=" + std::string(profile) +
                     ";v=1;charset=UTF-8;tz=Africa/Nairobi;rows=" + std::to_string(rows.size()) +
                     "\r\n" + std::string(header) + "\r\n";
  for (const std::string& row : rows) text += row + "\r\n";
  return text;
}

inline std::string InRow(std::string_view ref_no, std::string_view remarks = "SYNTHETIC REMARK") {
  return std::string(ref_no) +
         ",REFERRAL,P,UTO,P<UTOTESTCASE<<ALPHA<<<<<<<<<<<<<<<<<<<<<<<<,"
         "X000000012UTO9901018F3012316<<<<<<<<<<<<<<<4,SYNTH BORDER POST,02/02/2031,IRREGULAR,"
         "CNS-SYNTH-1,IMMIGRATION_STATUS," +
         std::string(remarks);
}

inline std::string InFileText(const std::vector<std::string>& rows) {
  return File("DIS-VOT-IN", kInHeader, rows);
}

}  // namespace amana::immigration::testing

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_ROWS_FOR_TEST_H_
