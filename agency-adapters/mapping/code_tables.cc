#include "agency-adapters/mapping/code_tables.h"

#include <google/protobuf/descriptor.h>

#include <functional>
#include <utility>
#include <vector>

#include "amana/v1/codes.pb.h"
#include "proto/codes/names.h"

namespace amana::mapping {
namespace {

constexpr std::string_view kProtocol = "amana:";

// One list of amana/v1/codes.proto, each code standing for itself.
std::shared_ptr<const CodeTable> ProtocolList(std::string_view name) {
  const auto* const list =
      v1::ServiceType_descriptor()->file()->FindEnumTypeByName(std::string(name));
  if (list == nullptr) return nullptr;
  auto table = std::make_shared<CodeTable>();
  for (int i = 0; i < list->value_count(); ++i) {
    if (list->value(i)->number() == 0) continue;
    const std::string code(codes::NameIn(*list, list->value(i)->number()));
    table->ours[code] = code;
    table->native[code] = code;
  }
  return table;
}

// NATIVE = "OURS", or NATIVE = { code = "OURS", preferred = true, also = ["OURS2"] }.
class TableReader {
 public:
  explicit TableReader(const ConfigTable& table) : table_(table) {}

  std::shared_ptr<const CodeTable> Read() {
    for (const std::string& native : table_.Keys()) {
      if (native.empty()) table_.Refuse(native, "expected a native code");
      table_.IsTable(native) ? Long(native) : Short(native);
    }
    for (const auto& [ours, natives] : natives_) Choose(ours, natives);
    if (made_->ours.empty()) table_.Refuse("", "expected at least one code");
    return std::move(made_);
  }

 private:
  struct Native {
    std::string code;
    bool preferred = false;
  };

  void Short(const std::string& native) { Add(native, table_.String(native), false, true); }

  void Long(const std::string& native) {
    const ConfigTable entry = table_.Table(native);
    Add(native, entry.String("code"), entry.Bool("preferred", false), true);
    for (const std::string& also : entry.StringList("also", std::vector<std::string>())) {
      Add(native, also, false, false);
    }
  }

  void Add(const std::string& native, const std::string& ours, bool preferred, bool read) {
    if (ours.empty()) table_.Refuse(native, "expected a code of ours");
    if (read) made_->ours[native] = ours;
    natives_[ours].push_back({native, preferred});
  }

  void Choose(const std::string& ours, const std::vector<Native>& natives) {
    size_t preferred = 0;
    for (const Native& native : natives) {
      if (native.preferred || natives.size() == 1) {
        ++preferred;
        made_->native[ours] = native.code;
      }
    }
    if (preferred != 1) {
      table_.Refuse(natives[0].code,
                    "expected exactly one preferred of the native codes for one of ours");
    }
  }

  const ConfigTable table_;
  std::shared_ptr<CodeTable> made_ = std::make_shared<CodeTable>();
  std::map<std::string, std::vector<Native>> natives_;
};

}  // namespace

CodeTables::CodeTables(const ConfigTable& codes) : codes_(codes) {
  for (const std::string& name : codes_.Keys()) {
    tables_[name] = TableReader(codes_.Table(name)).Read();
  }
}

std::shared_ptr<const CodeTable> CodeTables::Get(const ConfigTable& item, std::string_view key) {
  const std::string name = item.String(key);
  if (name.starts_with(kProtocol)) {
    auto table = ProtocolList(name.substr(kProtocol.size()));
    if (table == nullptr) item.Refuse(key, "expected a list of the protocol after amana:");
    return table;
  }
  const auto found = tables_.find(name);
  if (found == tables_.end()) {
    item.Refuse(key, "expected a table [codes.NAME] of this file");
    return nullptr;
  }
  used_.insert(name);
  return found->second;
}

void CodeTables::RefuseUnused() {
  for (const auto& [name, table] : tables_) {
    if (!used_.contains(name)) codes_.Refuse(name, "used by no field");
  }
}

}  // namespace amana::mapping
