#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <cstdlib>
#include <new>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" // C may call a function as it calls a struct
#include "engine/batch.h"
#include "ingest/json_records.h"
#include "ingest/json_text.h"
#pragma GCC diagnostic pop

namespace {

namespace ondemand = simdjson::ondemand;
using span = struct sift_span;

enum : unsigned { FIELDS = 4 };
constexpr size_t CAPACITY_START = size_t{16} * 1024;

// One pass over one line: what is looked for, and what was found.
struct walk {
  const sift_field_path *const *paths;
  const uint32_t (*by_len)[32]; // as in sift_json_paths; null: every path is looked at
  sift_json_value *values;
  sift_reason reason;
};

bool fail(walk &walk, sift_reason reason) {
  walk.reason = reason;
  return false;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// simdjson's tokens reach to the next one.
std::string_view trimmed(std::string_view token) {
  while (!token.empty() && is_blank(token.back())) {
    token.remove_suffix(1);
  }
  return token;
}

// Where a string ends, from behind its opening quote; stage 1 saw to it that it does. *escaped: on the way is a backslash.
size_t string_len(const char *raw, bool *escaped) {
  *escaped = false;
#ifdef __SSE2__
  // Most keys are short: one look is enough, and the padding lets it reach past the line.
  __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(raw));
  auto quotes = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))));
  auto backslashes = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  if (quotes != 0 && (backslashes & (quotes - 1)) == 0) {
    return static_cast<size_t>(__builtin_ctz(quotes));
  }
#endif
  size_t len = 0;
  for (; raw[len] != '"'; len++) {
    if (raw[len] == '\\') {
      *escaped = true;
      len++;
    }
  }
  return len;
}

// False on an escape that JSON does not know.
bool key_of(ondemand::field &field, char *scratch, size_t scratch_size, span &key) {
  const char *raw = field.key().raw();
  bool escaped = false;
  key = sift_span(raw, string_len(raw, &escaped));
  if (!escaped || key.len + SIFT_PADDING > scratch_size) {
    return true; // a key so long is none that anybody asked for
  }
  size_t decoded = 0;
  bool good = sift_json_unescape(key, scratch, &decoded);
  key = sift_span(scratch, decoded);
  return good;
}

unsigned match(const walk &walk, unsigned i, unsigned depth, span key) {
  const sift_field_path &path = *walk.paths[i];
  bool same = depth < path.count && path.parts[depth].len == key.len && std::memcmp(path.parts[depth].name, key.data, key.len) == 0;
  return same ? 1U << i : 0;
}

// Which of the paths in `alive` have `key` as their part number `depth`.
unsigned matches(const walk &walk, unsigned alive, unsigned depth, span key) {
  unsigned out = 0;
  if (walk.by_len == nullptr) {
    for (unsigned i = 0; i < FIELDS; i++) {
      out |= (alive & 1U << i) != 0 ? match(walk, i, depth, key) : 0;
    }
    return out;
  }
  alive &= depth < SIFT_PATH_PARTS_MAX ? walk.by_len[depth][key.len % 32] : 0;
  for (unsigned rest = alive; rest != 0; rest &= rest - 1) {
    out |= match(walk, static_cast<unsigned>(__builtin_ctz(rest)), depth, key);
  }
  return out;
}

// Notes a value for every path that ends here and has none yet.
void take(walk &walk, unsigned matched, unsigned depth, const sift_json_value &value) {
  for (unsigned rest = matched; rest != 0; rest &= rest - 1) {
    auto i = static_cast<unsigned>(__builtin_ctz(rest));
    if (walk.paths[i]->count == depth && walk.values[i].kind == SIFT_JSON_ABSENT) {
      walk.values[i] = value;
    }
  }
}

bool walk_scalar(walk &walk, std::string_view token, unsigned matched, unsigned depth) {
  token = trimmed(token);
  bool string = token.size() >= 2 && token.front() == '"' && token.back() == '"';
  if (!string && !sift_json_scalar_valid(sift_span(token.data(), token.size()))) {
    return fail(walk, SIFT_REASON_JSON_SYNTAX);
  }
  if (matched == 0) {
    return true;
  }
  sift_json_value value = {SIFT_JSON_OTHER, false, sift_span(token.data(), token.size())};
  if (string) {
    value.kind = SIFT_JSON_STRING;
    value.raw = sift_span(token.data() + 1, token.size() - 2);
    value.escaped = value.raw.len > 0 && std::memchr(value.raw.data, '\\', value.raw.len) != nullptr;
  } else if (token.front() == '-' || (token.front() >= '0' && token.front() <= '9')) {
    value.kind = SIFT_JSON_NUMBER;
  }
  take(walk, matched, depth, value);
  return true;
}

bool walk_object(walk &walk, ondemand::object object, unsigned alive, unsigned depth);

bool walk_value(walk &walk, ondemand::value &value, unsigned matched, unsigned depth) { // NOLINT(misc-no-recursion): bounded
  ondemand::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) {
    return fail(walk, SIFT_REASON_JSON_SYNTAX);
  }
  if (type != ondemand::json_type::object && type != ondemand::json_type::array) {
    std::string_view token = value.raw_json_token();
    // raw_json_token() does not move on; the iteration around does.
    return walk_scalar(walk, token, matched, depth);
  }
  if (depth >= SIFT_JSON_DEPTH_MAX) {
    return fail(walk, SIFT_REASON_JSON_DEPTH);
  }
  take(walk, matched, depth, {SIFT_JSON_OTHER, false, sift_span(value.raw_json_token().data(), 1)});
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    return value.get_object().get(object) == simdjson::SUCCESS ? walk_object(walk, object, matched, depth)
                                                               : fail(walk, SIFT_REASON_JSON_SYNTAX);
  }
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) {
    return fail(walk, SIFT_REASON_JSON_SYNTAX);
  }
  for (simdjson::simdjson_result<ondemand::value> element : array) {
    if (element.error() != simdjson::SUCCESS) {
      return fail(walk, SIFT_REASON_JSON_SYNTAX);
    }
    ondemand::value item = element.value_unsafe();
    if (!walk_value(walk, item, 0, depth + 1)) {
      return false;
    }
  }
  return true;
}

bool walk_object(walk &walk, ondemand::object object, unsigned alive, unsigned depth) { // NOLINT(misc-no-recursion): bounded
  char scratch[SIFT_PATH_PART_BYTES_MAX * 6 + SIFT_PADDING];
  for (simdjson::simdjson_result<ondemand::field> item : object) {
    if (item.error() != simdjson::SUCCESS) {
      return fail(walk, SIFT_REASON_JSON_SYNTAX);
    }
    ondemand::field &&field = static_cast<simdjson::simdjson_result<ondemand::field> &&>(item).value_unsafe(); // a copy stalls
    unsigned matched = 0;
    if (alive != 0) {
      span key;
      if (!key_of(field, scratch, sizeof scratch, key)) {
        return fail(walk, SIFT_REASON_JSON_SYNTAX);
      }
      matched = matches(walk, alive, depth, key);
    }
    if (!walk_value(walk, field.value(), matched, depth + 1)) {
      return false;
    }
  }
  return true;
}

} // namespace

struct sift_json_reader {
  ondemand::parser parser{};
  char *repaired = nullptr;
  size_t repaired_size = 0;
};

namespace {

// Grown by doubling, so that lines that grow do not each ask for memory.
bool reserve(sift_json_reader &reader, size_t len) {
  size_t capacity = reader.parser.capacity();
  if (len <= capacity && capacity > 0) {
    return true;
  }
  size_t wanted = capacity > 0 ? capacity : CAPACITY_START;
  while (wanted < len) {
    wanted *= 2;
  }
  return reader.parser.allocate(wanted) == simdjson::SUCCESS;
}

bool repair(sift_json_reader &reader, span &line) {
  size_t size = line.len * 3 + SIFT_PADDING;
  if (size > reader.repaired_size) {
    char *bytes = static_cast<char *>(std::realloc(reader.repaired, size));
    if (bytes == nullptr) {
      return false;
    }
    reader.repaired = bytes;
    reader.repaired_size = size;
  }
  size_t len = sift_utf8_repair(line, reader.repaired);
  std::memset(reader.repaired + len, 0, SIFT_PADDING);
  line = sift_span(reader.repaired, len);
  return true;
}

simdjson::error_code iterate(sift_json_reader &reader, span line, ondemand::document &document) {
  if (!reserve(reader, line.len)) {
    return simdjson::MEMALLOC;
  }
  return reader.parser.iterate(line.data, line.len, line.len + SIFT_PADDING).get(document);
}

} // namespace

extern "C" sift_json_reader *sift_json_reader_new(void) {
  return new (std::nothrow) sift_json_reader;
}

extern "C" void sift_json_reader_free(sift_json_reader *reader) {
  if (reader != nullptr) {
    std::free(reader->repaired);
    delete reader;
  }
}

namespace {

sift_reason find(sift_json_reader &reader, span line, unsigned alive, walk &walk, bool &repaired) {
  repaired = false;
  ondemand::document document;
  simdjson::error_code error = iterate(reader, line, document);
  if (error == simdjson::UTF8_ERROR && repair(reader, line)) {
    repaired = true;
    error = iterate(reader, line, document);
  }
  ondemand::object object;
  if (error != simdjson::SUCCESS || document.get_object().get(object) != simdjson::SUCCESS) {
    return SIFT_REASON_JSON_SYNTAX;
  }
  if (walk_object(walk, object, alive, 0) && document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    walk.reason = SIFT_REASON_JSON_SYNTAX;
  }
  return walk.reason;
}

} // namespace

extern "C" sift_reason sift_json_reader_read(sift_json_reader *reader, struct sift_span line, const sift_fields *fields,
                                             sift_json_record *out) {
  const sift_field_path *paths[FIELDS] = {&fields->text, &fields->space, &fields->channel, &fields->time};
  sift_json_value values[FIELDS] = {};
  walk walk = {paths, nullptr, values, SIFT_REASONS};
  bool repaired = false;
  sift_reason reason = find(*reader, line, (1U << FIELDS) - 1, walk, repaired);
  *out = {values[0], values[1], values[2], values[3], repaired};
  return reason;
}

extern "C" void sift_json_paths_init(sift_json_paths *paths, const sift_field_path *const *list, size_t count) {
  *paths = {};
  for (unsigned i = 0; i < count && i < SIFT_JSON_PATHS_MAX; i++) {
    paths->paths[i] = list[i];
    paths->alive |= list[i]->count > 0 ? 1U << i : 0;
    for (size_t depth = 0; depth < list[i]->count; depth++) {
      paths->by_len[depth][list[i]->parts[depth].len % 32] |= 1U << i;
    }
  }
}

extern "C" sift_reason sift_json_reader_find(sift_json_reader *reader, struct sift_span line, const sift_json_paths *paths,
                                             sift_json_value *values, bool *repaired) {
  for (unsigned i = 0; i < SIFT_JSON_PATHS_MAX && paths->paths[i] != nullptr; i++) {
    values[i] = {};
  }
  walk walk = {paths->paths, paths->by_len, values, SIFT_REASONS};
  return find(*reader, line, paths->alive, walk, *repaired);
}
