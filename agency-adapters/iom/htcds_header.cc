#include "agency-adapters/iom/htcds_header.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace amana::iom {
namespace {

using Cells = std::vector<std::string>;

constexpr std::string_view kTitle = "prs_Title";
constexpr std::string_view kSecondName = "prs_SecondName";
constexpr std::string_view kOutgoingReason = "cas_ReasonForOutgoingReferral";

const Misspelling* FindMisspelling(std::string_view cell) {
  const auto found = std::ranges::find(Misspellings(), cell, &Misspelling::spelling);
  return found == Misspellings().end() ? nullptr : &*found;
}

// What a machine name means, misspelt or not; null when it is none.
const Field* ByMachineName(std::string_view cell) {
  const Misspelling* misspelt = FindMisspelling(cell);
  return FindField(misspelt != nullptr ? misspelt->field : cell);
}

size_t Count(const Cells& cells, const Field* (*find)(std::string_view)) {
  return static_cast<size_t>(
      std::ranges::count_if(cells, [find](const std::string& c) { return find(c) != nullptr; }));
}

// Labels, if most of what it holds are labels: a row of data never is.
bool IsLabelRow(const Cells& cells) {
  const size_t filled = static_cast<size_t>(
      std::ranges::count_if(cells, [](const std::string& cell) { return !cell.empty(); }));
  return filled > 0 && 2 * Count(cells, &FindFieldByLabel) > filled;
}

class Recogniser {
 public:
  Recogniser(const Cells& machine, const Cells& labels, bool xform = false)
      : machine_(machine), labels_(labels) {
    header_.xlsform = xform;
  }

  Header Run() && {
    const size_t width = std::max(machine_.size(), labels_.size());
    for (size_t i = 0; i < width; ++i) {
      const Field* field = machine_.empty()     ? ByLabel(i)
                           : Machine(i).empty() ? Unnamed(i)
                                                : Named(i);
      if (field != nullptr) Describe(i, *field);
      header_.columns.push_back(field);
      header_.names.emplace_back(Machine(i).empty() ? Label(i) : Machine(i));
    }
    if (machine_.empty()) {
      Note("ONLY_LABELS", std::string::npos, "",
           "there is no row of machine names: columns were read by their labels");
    }
    if (header_.xlsform) {
      Note("XLSFORM_MULTISELECT", std::string::npos, "",
           "an XLSForm's export: several codes in a cell may be divided by spaces too");
    }
    return std::move(header_);
  }

 private:
  // Either row may be the shorter one.
  std::string_view Machine(size_t i) const {
    return i < machine_.size() ? std::string_view(machine_[i]) : std::string_view();
  }
  std::string_view Label(size_t i) const {
    return i < labels_.size() ? std::string_view(labels_[i]) : std::string_view();
  }

  void Note(std::string_view defect, size_t column, std::string_view field, std::string note) {
    header_.findings.push_back({std::string(defect),
                                column == std::string::npos ? "" : ColumnLetters(column),
                                std::string(field), std::move(note), 0});
  }

  const Field* Unknown(size_t i, std::string_view text) {
    Note("COLUMN_UNKNOWN", i, text, "not a field of HTCDS 2.0: ignored");
    return nullptr;
  }

  const Field* Named(size_t i) {
    const Field* field = ByMachineName(machine_[i]);
    if (field == nullptr) return Unknown(i, machine_[i]);
    if (const Misspelling* misspelt = FindMisspelling(machine_[i]); misspelt != nullptr) {
      header_.xlsform |= misspelt->xlsform;
      Note(misspelt->defect, i, field->name, "the header says " + machine_[i]);
    }
    const std::string_view label = Label(i);
    if (label.empty() || label == field->label) return field;
    if (field->name == kTitle && label == FindField(kSecondName)->label) {
      Note("TITLE_LABELLED_SECOND_NAME", i, kTitle,
           "labelled \"Second Name\": read as the machine name says, a title");
    } else {
      Note("LABEL_DISAGREES", i, field->name,
           "labelled \"" + std::string(label) + "\": the machine name was believed");
    }
    return field;
  }

  // A column without a machine name: Excel's row numbers, column AJ, or none of ours.
  const Field* Unnamed(size_t i) {
    const std::string_view label = Label(i);
    if (i == 0 && label.empty()) {
      Note("ROW_NUMBER_COLUMN", i, "", "the unnamed first column: ignored");
      return nullptr;
    }
    const bool between = label.empty() && i > 0 && i + 1 < machine_.size() &&
                         machine_[i - 1] == "cas_ReferredPrimaryCaseWorker" &&
                         machine_[i + 1] == "cas_OutgoingReferralDate";
    const Field* field = between ? FindField(kOutgoingReason) : FindFieldByLabel(label);
    if (field == nullptr) return Unknown(i, label);
    Note("MACHINE_HEADER_MISSING", i, field->name,
         between ? "the header is empty: read by the columns beside it"
                 : "the header is empty: read by its label");
    return field;
  }

  const Field* ByLabel(size_t i) {
    const std::string_view label = Label(i);
    if (i == 0 && label.empty()) {
      Note("ROW_NUMBER_COLUMN", i, "", "the unnamed first column: ignored");
      return nullptr;
    }
    const Field* field = FindFieldByLabel(label);
    if (field == nullptr) return Unknown(i, label);
    // The XLSForm has "Second Name" twice; the later one is prs_Title.
    if (field->name == kSecondName &&
        std::ranges::find(header_.columns, field) != header_.columns.end()) {
      Note("TITLE_LABELLED_SECOND_NAME", i, kTitle,
           "the second \"Second Name\": read as the XLSForm's prs_Title, a title");
      return FindField(kTitle);
    }
    return field;
  }

  void Describe(size_t i, const Field& field) {
    if (field.use == FieldUse::kNotAConsent) {
      Note("CONSENT_CHECKBOX_IGNORED", i, field.name,
           "a checkbox is not a consent record: no consent was made of it");
    } else if (field.use == FieldUse::kNotCarried) {
      Note("COLUMN_NOT_CARRIED", i, field.name, "the agency's own administration: not sent");
    }
    if (field.deprecated) Note("COLUMN_DEPRECATED", i, field.name, "deprecated in HTCDS 2.0");
  }

  const Cells& machine_;  // empty: only labels
  const Cells& labels_;   // empty: only machine names
  Header header_;
};

absl::Status CheckDuplicates(const Header& header) {
  for (size_t i = 0; i < header.columns.size(); ++i) {
    const Field* field = header.columns[i];
    if (field == nullptr) continue;
    if (std::ranges::find(header.columns.begin(), header.columns.begin() + i, field) !=
        header.columns.begin() + i) {
      return MakeError(absl::StatusCode::kInvalidArgument, "COLUMN_DUPLICATED", field->name,
                       "column " + ColumnLetters(i) + " repeats the field " +
                           std::string(field->name) + ": leave one of them");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string ColumnLetters(size_t index) {
  std::string letters;
  for (size_t n = index + 1; n > 0; n = (n - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (n - 1) % 26));
  }
  return letters;
}

absl::StatusOr<Header> RecogniseHeader(const std::vector<formats::CsvRecord>& records) {
  static const Cells kNone;
  const Cells& first = records.empty() ? kNone : records[0].cells;
  const Cells& second = records.size() > 1 ? records[1].cells : kNone;
  absl::StatusOr<Header> header = absl::UnknownError("");
  if (Count(first, &ByMachineName) > 0) {
    const bool labelled = IsLabelRow(second);
    header = Recogniser(first, labelled ? second : kNone).Run();
    header->rows = labelled ? 2 : 1;
  } else if (IsLabelRow(first)) {
    header = Recogniser(kNone, first).Run();
    header->rows = 1;
  } else {
    return MakeError(absl::StatusCode::kInvalidArgument, "HEADER_UNRECOGNISED", "header",
                     "row 1 names no field of HTCDS 2.0; expected names such as prs_FirstName, "
                     "divided by commas, in UTF-8");
  }
  AMANA_RETURN_IF_ERROR(CheckDuplicates(*header));
  return header;
}

absl::StatusOr<Header> RecogniseXForm(const std::vector<std::string>& elements) {
  if (Count(elements, &ByMachineName) == 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, "HEADER_UNRECOGNISED", "header",
                     "no element of the form is a field of HTCDS 2.0");
  }
  static const Cells kNone;
  Header header = Recogniser(elements, kNone, true).Run();
  header.rows = 1;
  AMANA_RETURN_IF_ERROR(CheckDuplicates(header));
  return header;
}

}  // namespace amana::iom
