#include "agency-adapters/iom/htcds_csv_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agency-adapters/iom/htcds_csv.h"
#include "agency-adapters/iom/htcds_generator.h"
#include "agency-adapters/iom/htcds_record.h"
#include "base/status.h"

namespace amana::iom {
namespace {

using ::testing::ElementsAre;

std::vector<mapping::Record> Read(std::string_view csv) {
  const auto read = ReadHtcdsCsv(csv);
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok()) return {};
  EXPECT_EQ(read->report.rows_refused(), 0u) << ToText(read->report);
  std::vector<mapping::Record> records;
  for (const HtcdsRow& row : read->rows) records.push_back(RecordOf(row));
  return records;
}

TEST(WriteHtcdsCsv, GeneratedCasesComeBackWithTheirOfficialFields) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<mapping::Record> records = Read(GenerateHtcdsCsv({.seed = seed, .rows = 5}));
    ASSERT_EQ(records.size(), 5u);
    for (const CsvHeader header : {CsvHeader::kStandard, CsvHeader::kSpreadsheet}) {
      const CsvExport written = WriteHtcdsCsv(records, header);
      EXPECT_TRUE(written.findings.empty());
      EXPECT_EQ(Read(written.csv), records) << written.csv;
    }
  }
}

TEST(WriteHtcdsCsv, WhatASpreadsheetWouldRunIsTextThereAndItselfHere) {
  mapping::Record record;
  record.fields = {{"prs_FirstName", {"=HYPERLINK(\"http://x.test\",\"SYNTHETIC\")"}},
                   {"prs_SecondName", {"'@SYNTHETIC, \"quoted\"\nnext line"}},
                   {"prs_MobilePhone", {"+254700000000"}},
                   {"prs_MailingStreet", {"-1 SYNTHETIC"}}};
  const CsvExport written = WriteHtcdsCsv({&record, 1});
  // After the header every cell begins with something harmless.
  const formats::CsvRecords file = formats::ReadCsvRecords(written.csv);
  ASSERT_EQ(file.records.size(), 2u);
  for (const std::string& cell : file.records[1].cells) {
    EXPECT_EQ(std::string_view("=+-@\t").find(cell.empty() ? 'x' : cell[0]), std::string_view::npos)
        << cell;
  }
  EXPECT_THAT(Read(written.csv), ElementsAre(record));
  const auto report = ReadHtcdsCsv(written.csv)->report;
  EXPECT_EQ(report.findings.back(),
            (Finding{"CELL_GUARDED", "", "",
                     "an apostrophe before =, +, - or @ was left out of cells", 1}));
}

TEST(WriteHtcdsCsv, FieldsWithoutAColumnAreNamedAndAConsentIsNeverWritten) {
  mapping::Record record;
  record.fields = {{"prs_FirstName", {"TESTCASE-1"}},
                   {"prs_MiddleName", {"SYNTHETIC"}},
                   {"con_Consent", {"true"}}};
  const mapping::Record both[] = {record, record};
  const CsvExport written = WriteHtcdsCsv(both);
  ASSERT_EQ(written.findings.size(), 1u);
  EXPECT_EQ(written.findings[0].defect, "FIELD_NOT_IN_SPREADSHEET");
  EXPECT_EQ(written.findings[0].field, "prs_MiddleName");
  EXPECT_EQ(written.findings[0].rows, 2u);
  EXPECT_EQ(written.csv.find("true"), std::string::npos);
}

TEST(TidyRecord, OneFormWhereThereIsOneAndTheRestAsItWas) {
  mapping::Record record;
  record.fields = {{"prs_MobilePhone", {"+254 (700) 000-000"}},
                   {"vic_MethodsOfControl", {"WithholdsDocuments; TakesEarnings"}},
                   {"prs_Gender", {"Not Specified/Unknown"}},
                   {"prs_MaritalStatus", {"SYNTHETIC"}},
                   {"hte_Date", {"2024-01-01", ""}},
                   {"ref_Service", {"kept as it is "}}};
  TidyRecord(record);
  EXPECT_THAT(record.fields["prs_MobilePhone"], ElementsAre("+254700000000"));
  EXPECT_THAT(record.fields["vic_MethodsOfControl"],
              ElementsAre("WithholdsDocuments", "TakesEarnings"));
  EXPECT_THAT(record.fields["prs_Gender"], ElementsAre("NonSpecifiedUnknown"));
  EXPECT_THAT(record.fields["prs_MaritalStatus"], ElementsAre("SYNTHETIC"));
  EXPECT_THAT(record.fields["hte_Date"], ElementsAre("2024-01-01", ""));
  EXPECT_THAT(record.fields["ref_Service"], ElementsAre("kept as it is "));
}

}  // namespace
}  // namespace amana::iom
