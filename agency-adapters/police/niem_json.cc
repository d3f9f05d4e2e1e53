#include "agency-adapters/police/niem_json.h"

#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agency-adapters/mapping/report.h"
#include "agency-adapters/police/json_check.h"
#include "agency-adapters/police/niem_names.h"
#include "agency-adapters/runtime/errors.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::police {
namespace {

using Json = nlohmann::json;
using Fields = decltype(mapping::Record::fields);

constexpr const char* kContext = "@context";

absl::Status Wrong(const std::string& path, std::string_view expected) {
  return runtime::NativeFormatInvalid(path.empty() ? "" : mapping::ShownName(path),
                                      "expected " + std::string(expected));
}

// The prefixes that the document may use.
absl::StatusOr<std::set<std::string>> ReadContext(const Json& document) {
  const auto context = document.find(kContext);
  if (context == document.end() || !context->is_object()) {
    return Wrong(kContext, "the namespaces of NIEM 6.0");
  }
  std::set<std::string> prefixes;
  for (const auto& [prefix, uri] : context->items()) {
    if (NamespaceOf(prefix).empty() || !uri.is_string() ||
        uri.get_ref<const std::string&>() != NamespaceOf(prefix)) {
      return Wrong(std::string(kContext) + "/" + prefix, "a namespace of NIEM 6.0, or of ours");
    }
    prefixes.insert(prefix);
  }
  return prefixes;
}

class Reader {
 public:
  explicit Reader(const std::set<std::string>& prefixes) : prefixes_(prefixes) {}

  absl::Status Object(const Json& object, const std::string& path, bool in_list, Fields& fields) {
    for (const auto& [name, value] : object.items()) {
      if (path.empty() && name == kContext) continue;
      const std::string inner = path.empty() ? name : absl::StrCat(path, "/", name);
      if (!prefixes_.contains(std::string(PrefixOf(name)))) {
        return Wrong(inner, "a name with a prefix that @context declares");
      }
      AMANA_RETURN_IF_ERROR(Node(value, inner, in_list, fields));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Node(const Json& value, const std::string& path, bool in_list, Fields& fields) {
    if (value.is_array()) return in_list ? Wrong(path, "one value") : List(value, path, fields);
    if (value.is_object()) return Object(value, path, in_list, fields);
    return Scalar(value, path, fields);
  }

  // Each element's values at the element's place.
  absl::Status List(const Json& list, const std::string& path, Fields& fields) {
    if (!IsList(path)) return Wrong(path, "one value");
    for (size_t i = 0; i < list.size(); ++i) {
      Fields element;
      AMANA_RETURN_IF_ERROR(Node(list[i], path, /*in_list=*/true, element));
      for (auto& [name, texts] : element) {
        std::vector<std::string>& all = fields[name];
        all.resize(list.size());
        all[i] = std::move(texts.front());
      }
    }
    return absl::OkStatus();
  }

  static absl::Status Scalar(const Json& value, const std::string& path, Fields& fields) {
    switch (TypeOf(path)) {
      case NiemType::kBoolean:
        if (!value.is_boolean()) return Wrong(path, "true or false");
        fields[path] = {value.get<bool>() ? "true" : "false"};
        return absl::OkStatus();
      case NiemType::kNumber:
        if (!value.is_number()) return Wrong(path, "a number");
        fields[path] = {value.dump()};
        return absl::OkStatus();
      case NiemType::kText:
        break;
    }
    if (!value.is_string()) return Wrong(path, "a text");
    fields[path] = {value.get<std::string>()};
    return absl::OkStatus();
  }

  const std::set<std::string>& prefixes_;
};

// None where the text is not of the element's type.
Json Typed(std::string_view path, const std::string& text) {
  const NiemType type = TypeOf(path);
  if (type == NiemType::kText) return text;
  Json value = ParseJson(text);
  const bool fits = type == NiemType::kBoolean ? value.is_boolean() : value.is_number();
  return fits ? value : Json();
}

class Writer {
 public:
  absl::Status Field(const std::string& path, const std::vector<std::string>& texts) {
    size_t list = 0;  // length of the list's path
    for (size_t end = path.find('/'); list == 0; end = path.find('/', end + 1)) {
      if (IsList(std::string_view(path).substr(0, end))) list = std::min(end, path.size());
      if (end == std::string::npos) break;
    }
    if (list == 0 && texts.size() != 1) return Wrong(path, "one value");
    for (size_t i = 0; i < texts.size(); ++i) {
      if (texts[i].empty()) continue;
      Json value = Typed(path, texts[i]);
      if (value.is_null()) return Wrong(path, "a value of its type");
      Json* const node = Make(path, list, i);
      if (node == nullptr || !node->is_null()) return Wrong(path, "a place of its own");
      *node = std::move(value);
    }
    return absl::OkStatus();
  }

  std::string Document() {
    Json context = Json::object();
    for (const std::string& prefix : prefixes_) context[prefix] = NamespaceOf(prefix);
    document_[kContext] = std::move(context);
    return document_.dump();
  }

 private:
  Json* Make(const std::string& path, size_t list, size_t element) {
    Json* node = &document_;
    size_t done = 0;
    const std::vector<std::string> names = absl::StrSplit(path, '/');
    for (const std::string& name : names) {
      if (NamespaceOf(PrefixOf(name)).empty()) return nullptr;
      prefixes_.insert(std::string(PrefixOf(name)));
      if (node->is_null()) *node = Json::object();
      if (!node->is_object()) return nullptr;
      node = &(*node)[name];
      done += name.size() + (done == 0 ? 0 : 1);
      if (list == 0 || done != list) continue;
      if (node->is_null()) *node = Json::array();
      while (node->size() <= element) node->push_back(nullptr);
      node = &(*node)[element];
    }
    return node;
  }

  Json document_ = Json::object();
  std::set<std::string> prefixes_;
};

}  // namespace

absl::StatusOr<mapping::Record> ReadNiemJson(std::string_view bytes) {
  AMANA_ASSIGN_OR_RETURN(const Json document, ParseCheckedJson(bytes, kMaxDocument));
  if (!document.is_object()) return Wrong("", "an object");
  AMANA_ASSIGN_OR_RETURN(const std::set<std::string> prefixes, ReadContext(document));
  mapping::Record record;
  AMANA_RETURN_IF_ERROR(Reader(prefixes).Object(document, "", /*in_list=*/false, record.fields));
  return record;
}

absl::StatusOr<std::string> WriteNiemJson(const mapping::Record& record) {
  Writer writer;
  for (const auto& [path, texts] : record.fields) {
    AMANA_RETURN_IF_ERROR(writer.Field(path, texts));
  }
  return writer.Document();
}

}  // namespace amana::police
