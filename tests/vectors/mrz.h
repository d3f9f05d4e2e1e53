// Machine readable zones: the specimens of ICAO Doc 9303 (8th edition), parts 4 to 7, and zones of
// our own made by its rules (check digits computed apart from the code under test). Nobody in them
// exists; UTO is Utopia.
#ifndef AMANA_TESTS_VECTORS_MRZ_H_
#define AMANA_TESTS_VECTORS_MRZ_H_

#include <string_view>

namespace amana::vectors {

struct GoodMrz {
  std::string_view what, format, line1, line2, line3;
  std::string_view code, state, primary, secondary, number, nationality, birth, sex, expiry;
  std::string_view optional, second_optional;
};

inline constexpr GoodMrz kGoodMrz[] = {
    {"Doc 9303-4, specimen", "TD3", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
     "L898902C36UTO7408122F1204159ZE184226B<<<<<10", "", "P", "UTO", "ERIKSSON", "ANNA MARIA",
     "L898902C3", "UTO", "740812", "F", "120415", "ZE184226B", ""},
    {"Doc 9303-5, specimen", "TD1", "I<UTOD231458907<<<<<<<<<<<<<<<",
     "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<", "I", "UTO", "ERIKSSON",
     "ANNA MARIA", "D23145890", "UTO", "740812", "F", "120415", "", ""},
    {"Doc 9303-5, long number", "TD1", "I<UTOD23145890<7349<<<<<<<<<<<",
     "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<", "I", "UTO", "STEVENSON",
     "PETER JOHN", "D23145890734", "UTO", "340712", "M", "950712", "", ""},
    {"Doc 9303-6, specimen", "TD2", "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
     "D231458907UTO7408122F1204159<<<<<<<6", "", "I", "UTO", "ERIKSSON", "ANNA MARIA", "D23145890",
     "UTO", "740812", "F", "120415", "", ""},
    {"Doc 9303-6, long number", "TD2", "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<",
     "D23145890<UTO3407127M95071227349<<<8", "", "I", "UTO", "STEVENSON", "PETER JOHN",
     "D23145890734", "UTO", "340712", "M", "950712", "", ""},
    {"Doc 9303-7, specimen", "MRV-A", "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
     "L8988901C4XXX4009078F96121096ZE184226B<<<<<<", "", "V", "UTO", "ERIKSSON", "ANNA MARIA",
     "L8988901C", "XXX", "400907", "F", "961210", "6ZE184226B", ""},
    {"Doc 9303-7, specimen", "MRV-B", "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
     "L8988901C4XXX4009078F9612109<<<<<<<<", "", "V", "UTO", "ERIKSSON", "ANNA MARIA", "L8988901C",
     "XXX", "400907", "F", "961210", "", ""},
    {"crew, refugee, nothing known of the birth", "TD1", "ACUTOX0000001<4<<<<<<<<<<<<<<<",
     "<<<<<<0<3012316XXBSYN<<<<<<<<1", "TESTCASE<<ZETA<<<<<<<<<<<<<<<<", "AC", "UTO", "TESTCASE",
     "ZETA", "X0000001", "XXB", "<<<<<<", "<", "301231", "", "SYN"},
    {"Germany, fillers inside", "TD1", "IDD<<X00<000193OPT<1<<<<<<<<<<",
     "8802299F3102282D<<<<<<<<<<<<<7", "TESTCASE<SYNTH<<ETA<THETA<<<<<", "ID", "D",
     "TESTCASE SYNTH", "ETA THETA", "X00<00019", "D", "880229", "F", "310228", "OPT<1", ""},
    {"number of 19", "TD1", "I<UTOX00000001<234567890125<<<", "9901018M3012316UTO<<<<<<<<<<<0",
     "TESTCASE<<IOTA<<<<<<<<<<<<<<<<", "I", "UTO", "TESTCASE", "IOTA", "X0000000123456789012",
     "UTO", "990101", "M", "301231", "", ""},
    {"day of birth unknown", "TD2", "I<UTOTESTCASE<<KAPPA<<<<<<<<<<<<<<<<",
     "X000000230UTO0501<<2F3012316SYN<<<<3", "", "I", "UTO", "TESTCASE", "KAPPA", "X00000023",
     "UTO", "0501<<", "F", "301231", "SYN", ""},
    {"number of 14, United Nations", "TD2", "C<UTOTESTCASE<<LAMBDA<<<<<<<<<<<<<<<",
     "X00000001<UNO9901018F3012316123451<0", "", "C", "UTO", "TESTCASE", "LAMBDA", "X0000000112345",
     "UNO", "990101", "F", "301231", "", ""},
    {"Germany; check digit of no optional data printed", "TD3",
     "P<D<<TESTCASE<<MU<<<<<<<<<<<<<<<<<<<<<<<<<<<", "X000000458D<<9901018F3012316<<<<<<<<<<<<<<02",
     "", "P", "D", "TESTCASE", "MU", "X00000045", "D", "990101", "F", "301231", "", ""},
    {"a letter O that the check digit vouches for", "TD3",
     "P<UTOTESTCASE<<OMICRON<<<<<<<<<<<<<<<<<<<<<<", "XO12345671UTO9901018F3012316<<<<<<<<<<<<<<<6",
     "", "P", "UTO", "TESTCASE", "OMICRON", "XO1234567", "UTO", "990101", "F", "301231", "", ""},
    {"United Nations, leap day of an unknown year", "TD3",
     "PPUNOTESTCASE<<NU<<<<<<<<<<<<<<<<<<<<<<<<<<<", "X000000562UNK<<02299F3012316<<<<<<<<<<<<<<02",
     "", "PP", "UNO", "TESTCASE", "NU", "X00000056", "UNK", "<<0229", "F", "301231", "", ""},
};

struct BadMrz {
  std::string_view what, line1, line2, line3, reason, field;
};

inline constexpr std::string_view kXi = "P<UTOTESTCASE<<XI<<<<<<<<<<<<<<<<<<<<<<<<<<<";

inline constexpr BadMrz kBadMrz[] = {
    {"no lines to speak of", "", "", "", "MRZ_FORMAT_UNKNOWN", "mrz"},
    {"a visa's code on a card", "V<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6",
     "ERIKSSON<<ANNA<MARIA<<<<<<<<<<", "MRZ_FORMAT_UNKNOWN", "mrz"},
    {"a space", kXi, "X000000676UTO230228 F3012316<<<<<<<<<<<<<<02", "", "MRZ_CHARACTER", "line2"},
    {"second character V", "PVUTOTESTCASE<<XI<<<<<<<<<<<<<<<<<<<<<<<<<<<",
     "X000000676UTO2302281F3012316<<<<<<<<<<<<<<02", "", "MRZ_FIELD", "document_code"},
    {"optional data", kXi, "X000000676UTO2302281F3012316A1<<<<<<<<<<<<48", "", "MRZ_CHECK_DIGIT",
     "optional_data"},
    {"optional data without a check digit", kXi, "X000000676UTO2302281F3012316A1<<<<<<<<<<<<<8", "",
     "MRZ_CHECK_DIGIT", "optional_data"},
    {"composite left out", kXi, "X000000676UTO2302281F3012316<<<<<<<<<<<<<<0<", "",
     "MRZ_CHECK_DIGIT", "composite"},
    {"30 February", "PPUNOTESTCASE<<NU<<<<<<<<<<<<<<<<<<<<<<<<<<<",
     "X000000562UNO<<02303F3012316<<<<<<<<<<<<<<02", "", "MRZ_FIELD", "birth"},
    {"half a year", kXi, "X000000676UTO7<01017F3012316<<<<<<<<<<<<<<08", "", "MRZ_FIELD", "birth"},
    {"leap day in no century", kXi, "X000000676UTO2302292F3012316<<<<<<<<<<<<<<02", "", "MRZ_FIELD",
     "birth"},
    {"issuing state", "P<QQQTESTCASE<<XI<<<<<<<<<<<<<<<<<<<<<<<<<<<",
     "X000000676UTO2302281F3012316<<<<<<<<<<<<<<02", "", "MRZ_STATE_UNKNOWN", "issuing_state"},
    {"nationality", kXi, "X000000676ZZZ2302281F3012316<<<<<<<<<<<<<<02", "", "MRZ_STATE_UNKNOWN",
     "nationality"},
    {"sex", kXi, "X000000676UTO2302281X3012316<<<<<<<<<<<<<<02", "", "MRZ_FIELD", "sex"},
    {"no number", kXi, "<<<<<<<<<0UTO2302281F3012316<<<<<<<<<<<<<<04", "", "MRZ_FIELD",
     "document_number"},
    {"letters O or zeros", kXi, "OOX1234568UTO9901018F3012316<<<<<<<<<<<<<<<2", "", "MRZ_FIELD",
     "document_number"},
    {"no name", "P<UTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
     "X000000676UTO2302281F3012316<<<<<<<<<<<<<<02", "", "MRZ_FIELD", "name"},
    {"digit in a name", "P<UTOTEST1<<XI<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
     "X000000676UTO2302281F3012316<<<<<<<<<<<<<<02", "", "MRZ_FIELD", "name"},
    {"three parts of a name", "P<UTOA<<B<<C<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
     "X000000676UTO2302281F3012316<<<<<<<<<<<<<<02", "", "MRZ_FIELD", "name"},
    {"long number that never ends", "I<UTOX00000001<234567890123456",
     "9901018M3012316UTO<<<<<<<<<<<0", "TESTCASE<<IOTA<<<<<<<<<<<<<<<<", "MRZ_FIELD",
     "document_number"},
    {"long number without a check digit", "I<UTOX00000001<2<<<<<<<<<<<<<<",
     "9901018M3012316UTO<<<<<<<<<<<0", "TESTCASE<<IOTA<<<<<<<<<<<<<<<<", "MRZ_FIELD",
     "document_number"},
    {"long number, wrong check digit", "I<UTOD23145890<7348<<<<<<<<<<<",
     "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<", "MRZ_CHECK_DIGIT",
     "document_number"},
    {"passports know no long numbers", kXi, "X00000001<UTO2302281F3012316123451<<<<<<<<02", "",
     "MRZ_CHECK_DIGIT", "document_number"},
};

}  // namespace amana::vectors

#endif  // AMANA_TESTS_VECTORS_MRZ_H_
