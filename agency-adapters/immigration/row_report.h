// The files beside a taken file F.csv in which the department reads what became of its rows:
//
//   F.csv.ack   ROW,REF_NO,STATE,REFERRAL   STATE: TAKEN, later ACCEPTED
//   F.csv.rej   ROW,REF_NO,REASON,FIELD     row 0: the file as a whole
//
// Their first line names the digest of the file that they are about, so that another file of the
// same name is not taken for it. They hold no cell but REF_NO. Lines are appended; one that a crash
// has cut is nothing.
//
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_ROW_REPORT_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_ROW_REPORT_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace amana::immigration {

enum class RowState { kNew, kTaken, kAccepted, kRefused };

// The lines before the first of the rows.
std::string AckStart(std::string_view digest);
std::string RejStart(std::string_view digest);

// `field` that does not look like a column's name is left out.
std::string AckLine(size_t row, std::string_view ref_no, RowState state, std::string_view referral);
std::string RejLine(size_t row, std::string_view ref_no, std::string_view reason,
                    std::string_view field);

// The last state of each row in a report; none when it is about another file. `refused`: it is a
// .rej.
std::map<size_t, RowState> ReadReport(std::string_view text, std::string_view digest, bool refused);
// Whether it is about this file, and how far its lines are whole.
bool IsReportOf(std::string_view text, std::string_view digest);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_ROW_REPORT_H_
