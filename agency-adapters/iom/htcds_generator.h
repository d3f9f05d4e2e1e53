// Makes SYNTHETIC case files in HTCDS 2.0, for tests, drills and benches: nobody in them exists.
#ifndef AMANA_AGENCY_ADAPTERS_IOM_HTCDS_GENERATOR_H_
#define AMANA_AGENCY_ADAPTERS_IOM_HTCDS_GENERATOR_H_

#include <cstdint>
#include <string>

namespace amana::iom {

enum class HeaderForm {
  kOfficial,  // both header rows of the Excel spreadsheet, verbatim, with their defects
  kMachine,   // the standard's field names, one row
};

struct GeneratorOptions {
  uint64_t seed = 1;  // the same seed makes the same file, on every machine
  uint32_t rows = 10;
  HeaderForm header = HeaderForm::kOfficial;
  // Births lie in 1960 to this year; a file of adults only stops 18 years before its use.
  int last_birth_year = 2005;
};

// CSV with CRLF (RFC 4180) that ImportHtcdsCsv takes whole. First names are TESTCASE-<n>, second
// names SYNTHETIC; codes are drawn from the standard's lists, texts say SYNTHETIC RECORD. About a
// quarter of the optional cells are left blank. Pure; thread-safe.
std::string GenerateHtcdsCsv(const GeneratorOptions& options);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_HTCDS_GENERATOR_H_
