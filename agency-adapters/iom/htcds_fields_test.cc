#include "agency-adapters/iom/htcds_fields.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/iom/htcds_codes.h"
#include "tests/support/shared.h"

namespace amana::iom {
namespace {

TEST(HtcdsFields, AreTheStandardsOwn) {
  const auto path = tests::SharedFile("data/htcds/htcds_2.0_fields.csv");
  if (!path.has_value()) return;
  size_t fields = 0;
  for (const formats::CsvRecord& record :
       formats::ReadCsvRecords(tests::ReadWhole(*path)).records) {
    if (record.row == 1) continue;
    const Field* field = FindField(record.cells[3]);
    ASSERT_NE(field, nullptr) << record.cells[3];
    if (!field->label.empty()) {
      EXPECT_EQ(field->label, record.cells[4]);
    }
    EXPECT_EQ(field->deprecated, record.cells[1] == "DEPRECATED") << field->name;
    ++fields;
  }
  EXPECT_EQ(fields, AllFields().size());
}

TEST(HtcdsFields, OfficialColumnsAreTheSpreadsheets) {
  EXPECT_EQ(OfficialColumns().size(), 38u);
  for (const OfficialColumn& column : OfficialColumns()) {
    EXPECT_NE(FindField(column.field), nullptr) << column.column;
    EXPECT_NE(FindFieldByLabel(column.label), nullptr) << column.label;
  }
  const auto path = tests::SharedFile("data/htcds/htcds_excel_v2.0_header.csv");
  if (!path.has_value()) return;
  const formats::CsvRecords file = formats::ReadCsvRecords(tests::ReadWhole(*path));
  ASSERT_EQ(file.records.size(), OfficialColumns().size() + 1);
  for (size_t i = 0; i < OfficialColumns().size(); ++i) {
    EXPECT_EQ(file.records[i + 1].cells[0], OfficialColumns()[i].column);
    EXPECT_EQ(file.records[i + 1].cells[1], OfficialColumns()[i].machine);
    EXPECT_EQ(file.records[i + 1].cells[2], OfficialColumns()[i].label);
  }
}

TEST(HtcdsFields, LabelsNameOneField) {
  std::map<std::string_view, int> count;
  for (const Field& field : AllFields()) ++count[field.label];
  for (const auto& [label, fields] : count) {
    if (!label.empty()) {
      EXPECT_EQ(fields, 1) << label;
    }
  }
  EXPECT_EQ(FindFieldByLabel(""), nullptr);
  EXPECT_EQ(FindFieldByLabel("Longitude"), nullptr);
}

TEST(HtcdsFields, CodedFieldsHaveAListAndOthersHaveNone) {
  for (const Field& field : AllFields()) {
    const bool coded = field.kind == ValueKind::kPicklist || field.kind == ValueKind::kMultiselect;
    EXPECT_EQ(FindCodeList(field.name) != nullptr, coded) << field.name;
  }
}

TEST(HtcdsFields, NothingAboutConsentIsCarried) {
  EXPECT_EQ(FindField("con_Consent")->use, FieldUse::kNotAConsent);
  EXPECT_EQ(FindField("vic_AgreementToManagePersonalData")->use, FieldUse::kNotAConsent);
}

}  // namespace
}  // namespace amana::iom
