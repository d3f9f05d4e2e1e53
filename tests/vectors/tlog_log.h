// Foreign texts. The log of 15 leaves: transparency-dev/tessera (commit 1811ae1, testdata/log,
// Apache-2.0). The signed note: the example of https://c2sp.org/signed-note (C2SP/C2SP, CC BY 4.0).
// The cosignature over checkpoint 15: own work with pyca/cryptography 48, key of RFC 8032
// section 7.1, test 1, after https://c2sp.org/tlog-cosignature.
#ifndef AMANA_TESTS_VECTORS_TLOG_LOG_H_
#define AMANA_TESTS_VECTORS_TLOG_LOG_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace amana::tests {

inline constexpr std::string_view kLogVerifierKey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

inline const std::vector<std::string_view> kLogEntries = {
    "one",  "two", "three",  "four",  "five",     "six",     "seven",  "eit",
    "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten",
};

struct LogCheckpoint {
  uint64_t size;
  std::string_view note;
};
inline const std::vector<LogCheckpoint> kLogCheckpoints = {
    {0,
     "example.com/log/testdata\n"
     "0\n"
     "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
     "\n"
     "— example.com/log/testdata "
     "M9e0lhxJACzE1KoUdqKuPa+9p6R7dSW8BlEvrg/"
     "noo8FkGg6PbJoRNOcdjqjOq89wVvTA60eubCc4oufo5BvIVEgtQc=\n"},
    {1,
     "example.com/log/testdata\n"
     "1\n"
     "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=\n"
     "\n"
     "— example.com/log/testdata "
     "M9e0lhr9kuLxGdAtaUrhm84TQffVsLdcy808sN0a3WyniNlfcr9+bywoiIke1YYciCNjJGkCgIlQ8b16jhsmg/"
     "SChAM=\n"},
    {2,
     "example.com/log/testdata\n"
     "2\n"
     "T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=\n"
     "\n"
     "— example.com/log/testdata "
     "M9e0llH4NKmlf0u7C8tkJioQOmi7l5ELqljXgKRg6R3G5JJ7vx7emDWo5fpqKuA/Dk/"
     "jRrI6il+7QCVirNhyUAWGoAk=\n"},
    {7,
     "example.com/log/testdata\n"
     "7\n"
     "IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U=\n"
     "\n"
     "— example.com/log/testdata "
     "M9e0luA5JhTRUki/"
     "BBQD0QNiH6AEJ2pdtsA5CQjqJErViuuKrN6513RCTL2640wXJv0dCed3neRGI6dMzBq9uANf2Qc=\n"},
    {8,
     "example.com/log/testdata\n"
     "8\n"
     "bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=\n"
     "\n"
     "— example.com/log/testdata "
     "M9e0lq1EK37dHtgv9O3UzPxisw5vwIPcJsX9ab0xt4mvVfbdUR1fbMjN6sBFYpBoBEmD4+cWhj/"
     "AVgI5MitCO5+mews=\n"},
    {15,
     "example.com/log/testdata\n"
     "15\n"
     "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"
     "\n"
     "— example.com/log/testdata "
     "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/"
     "dlPWF74ewI=\n"},
};

inline constexpr std::string_view kExampleVerifierKey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
inline constexpr std::string_view kExampleNote =
    "This is an example message.\n"
    "\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

inline constexpr std::string_view kCosignerVerifierKey =
    "witness.example/w1+eb762cc2+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
// The same key as a plain signer: another type, so another key id.
inline constexpr std::string_view kCosignerPlainVerifierKey =
    "witness.example/w1+6d141fc1+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
inline constexpr std::string_view kCosignatureLine =
    "— witness.example/w1 "
    "63YswgAAAABlU/EA4v0cV4DQ6bp095Uz5hMt/nfebMX5+KeD1CrNI87b04aHkKdYlIPYnhU+N0K6Tz705UQmG5iE+"
    "ZnLsKeZy2ZvBw==\n";
inline constexpr uint64_t kCosignatureSeconds = 1700000000;

}  // namespace amana::tests

#endif  // AMANA_TESTS_VECTORS_TLOG_LOG_H_
