#include <gmime/gmime.h>

#include <memory>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agency-adapters/foreign-affairs/errors.h"
#include "agency-adapters/foreign-affairs/message.h"
#include "base/status.h"
#include "proto/envelope/utf8.h"

namespace amana::foreign_affairs {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <typename T>
using GPtr = std::unique_ptr<T, Unref>;
struct GFree {
  void operator()(char* text) const { g_free(text); }
};

std::string TextOf(const char* text) { return text == nullptr ? std::string() : std::string(text); }

std::string Lower(std::string text) {
  absl::AsciiStrToLower(&text);
  return text;
}

size_t CountOf(std::string_view haystack, std::string_view needle) {
  size_t count = 0;
  for (size_t at = 0; (at = haystack.find(needle, at)) != std::string_view::npos; ++at) ++count;
  return count;
}

// GMime goes down into every multipart and message it finds: as many as these words at most.
absl::Status CheckBounds(std::string_view bytes) {
  if (bytes.size() > kMaxMail) return MailMalformed("it is too large");
  const std::string lower = Lower(std::string(bytes));
  if (CountOf(lower, "multipart") + CountOf(lower, "message/") > kMaxParts) {
    return MailMalformed("it has too many parts");
  }
  return absl::OkStatus();
}

GPtr<GMimeParser> ParserFor(std::string_view bytes) {
  static std::once_flag once;
  std::call_once(once, g_mime_init);
  const GPtr<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  GPtr<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  // Bodies are copied: nothing reads the stream after the parser.
  g_mime_parser_set_persist_stream(parser.get(), FALSE);
  return parser;
}

std::string BodyOf(GMimePart* part) {
  if (GMIME_IS_TEXT_PART(part)) {
    const std::unique_ptr<char, GFree> text(g_mime_text_part_get_text(GMIME_TEXT_PART(part)));
    return TextOf(text.get());
  }
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (content == nullptr) return {};
  const GPtr<GMimeStream> memory(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, memory.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
  return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

absl::StatusOr<Part> Convert(GMimeObject* object, size_t depth) {
  if (object == nullptr) return MailMalformed("it is no MIME message");
  if (depth > kMaxDepth) return MailMalformed("its parts are too deep");
  Part part;
  GMimeContentType* type = g_mime_object_get_content_type(object);
  if (type == nullptr) return MailMalformed("a part has no type");
  const std::unique_ptr<char, GFree> name(g_mime_content_type_get_mime_type(type));
  const auto parameter = [type](const char* key) {
    return TextOf(g_mime_content_type_get_parameter(type, key));
  };
  part.type = Lower(TextOf(name.get()));
  part.protocol = Lower(parameter("protocol"));
  part.smime_type = Lower(parameter("smime-type"));
  part.report_type = Lower(parameter("report-type"));
  part.boundary = parameter("boundary");
  if (GMIME_IS_MULTIPART(object)) {
    auto* multipart = GMIME_MULTIPART(object);
    for (int i = 0; i < g_mime_multipart_get_count(multipart); ++i) {
      AMANA_ASSIGN_OR_RETURN(Part child,
                             Convert(g_mime_multipart_get_part(multipart, i), depth + 1));
      part.parts.push_back(std::move(child));
    }
  } else if (GMIME_IS_PART(object)) {
    part.file_name = TextOf(g_mime_part_get_filename(GMIME_PART(object)));
    part.body = BodyOf(GMIME_PART(object));
  }
  // Of messages within messages nothing is taken: nobody answers in one.
  return part;
}

std::string OnlyAddress(InternetAddressList* list) {
  if (list == nullptr || internet_address_list_length(list) != 1) return {};
  InternetAddress* address = internet_address_list_get_address(list, 0);
  if (!INTERNET_ADDRESS_IS_MAILBOX(address)) return {};
  const std::string text =
      Lower(TextOf(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address))));
  return IsPlainAddress(text) ? text : std::string();
}

// Bytes of `entity` from the line after the delimiter line at or after `from` to the next one. The
// line end before a delimiter belongs to it (RFC 2046 section 5.1.1).
struct Span {
  size_t begin, end;
};
bool FindDelimiter(std::string_view entity, std::string_view delimiter, size_t from, size_t& at) {
  for (at = from; (at = entity.find(delimiter, at)) != std::string_view::npos; ++at) {
    const bool line_begins = at == 0 || entity[at - 1] == '\n';
    const size_t after = at + delimiter.size();
    const size_t line_end = std::min(entity.find('\n', after), entity.size());
    const std::string_view rest = entity.substr(after, line_end - after);
    if (line_begins &&
        (rest.find_first_not_of(" \t\r") == std::string_view::npos || rest.substr(0, 2) == "--")) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<Mail> ReadMail(std::string_view bytes) {
  AMANA_RETURN_IF_ERROR(CheckBounds(bytes));
  const GPtr<GMimeParser> parser = ParserFor(bytes);
  const GPtr<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (message == nullptr) return MailMalformed("it is no MIME message");
  Mail mail;
  mail.from = OnlyAddress(g_mime_message_get_from(message.get()));
  mail.subject = TextOf(g_mime_message_get_subject(message.get()));
  mail.message_id = TextOf(g_mime_message_get_message_id(message.get()));
  AMANA_ASSIGN_OR_RETURN(mail.root, Convert(g_mime_message_get_mime_part(message.get()), 1));
  return mail;
}

absl::StatusOr<Part> ReadPart(std::string_view bytes) {
  AMANA_RETURN_IF_ERROR(CheckBounds(bytes));
  const GPtr<GMimeParser> parser = ParserFor(bytes);
  const GPtr<GMimeObject> object(g_mime_parser_construct_part(parser.get(), nullptr));
  return Convert(object.get(), 1);
}

absl::StatusOr<std::string> SignedBytes(std::string_view entity, std::string_view boundary) {
  const std::string delimiter = "--" + std::string(boundary);
  size_t first = 0, second = 0;
  if (boundary.empty() || !FindDelimiter(entity, delimiter, 0, first)) {
    return MailMalformed("the signed part does not begin");
  }
  const size_t begin = entity.find('\n', first);
  if (begin == std::string_view::npos || !FindDelimiter(entity, delimiter, begin + 1, second)) {
    return MailMalformed("the signed part does not end");
  }
  size_t end = second - 1;  // the LF before the delimiter
  if (end > begin + 1 && entity[end - 1] == '\r') --end;
  std::string content;
  content.reserve(end - begin);
  for (size_t i = begin + 1; i < end; ++i) {
    if (entity[i] == '\n' && (i == 0 || entity[i - 1] != '\r')) content += '\r';
    content += entity[i];
  }
  return content;
}

}  // namespace amana::foreign_affairs
