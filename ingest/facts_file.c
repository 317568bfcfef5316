#include "ingest/facts_file.h"

#include <errno.h>
#include <stdio.h>

#include "engine/space.h"
#include "ingest/facts_record.h"
#include "ingest/json_split.h"

enum { SUBJECT_BYTES_MAX = 256, MESSAGE_BYTES_MAX = 512, WINDOW_LOG_MAX = 27 };

static const int64_t FUTURE_NS = SIFT_FACTS_FUTURE_SECONDS * INT64_C(1000000000);

struct facts_file {
  struct sift_facts *facts;
  const char *name;
  const struct sift_facts_file_config *config;
  struct sift_problems *problems;
  struct sift_facts_file_result *result;
  struct sift_json_split *split;
  struct sift_fact_records *records;
  uint64_t staged; /* sheets that tell of a stage */
  bool hopeless;   /* told that this is no file of facts */
};

/* --- problems ---------------------------------------------------------------------------------------------------------- */

struct spot {
  unsigned line, column;
};

static void warn(struct facts_file *file, struct spot spot, struct sift_span subject, const char *field, const char *message,
                 const char *hint) {
  char name[SUBJECT_BYTES_MAX + 1];
  snprintf(name, sizeof name, "%.*s", (int)(subject.len < SUBJECT_BYTES_MAX ? subject.len : SUBJECT_BYTES_MAX),
           subject.data != NULL ? subject.data : "");
  sift_problems_add(file->problems, &(struct sift_problem){.warning = true,
                                                           .file = file->name,
                                                           .line = spot.line,
                                                           .column = spot.column,
                                                           .subject = name,
                                                           .field = field,
                                                           .message = message,
                                                           .hint = hint});
}

static void refuse(struct facts_file *file, const char *message, const char *hint) {
  sift_problems_add(file->problems,
                    &(struct sift_problem){
                        .file = file->name, .line = 1, .column = 1, .subject = "", .field = "", .message = message, .hint = hint});
  file->hopeless = true;
}

static void skip(struct facts_file *file, struct spot spot, struct sift_span subject, const char *message, const char *hint) {
  file->result->skipped++;
  warn(file, spot, subject, "", message, hint);
}

static struct spot spot_of(const struct sift_json_piece *piece) {
  return (struct spot){piece->line, piece->column};
}

/* The place of a byte of the piece. */
static struct spot spot_within(const struct sift_json_piece *piece, size_t offset) {
  struct spot spot = spot_of(piece);
  for (size_t i = 0; i < offset && i < piece->text.len; i++) {
    bool ends = piece->text.data[i] == '\n';
    spot.line += ends;
    spot.column = ends ? 1 : spot.column + 1;
  }
  return spot;
}

/* --- sheets ------------------------------------------------------------------------------------------------------------ */

static void check_time(struct facts_file *file, struct spot spot, struct sift_fact_sheet *sheet) {
  int64_t now_ns = file->config->now_ns;
  if (now_ns == SIFT_TIME_NONE || sheet->time_ns == SIFT_TIME_NONE || sheet->time_ns <= now_ns ||
      sheet->time_ns - now_ns <= FUTURE_NS) {
    return;
  }
  sheet->time_ns = SIFT_TIME_NONE;
  file->result->future++;
  warn(file, spot, sheet->space, "time", "is in the future; the facts count as undated", "check the clock of who wrote them");
}

static void tell_oddities(struct facts_file *file, const struct sift_json_piece *piece, const struct sift_fact_record *record) {
  for (size_t i = 0; i < record->oddity_count; i++) {
    const struct sift_fact_oddity *oddity = &record->oddities[i];
    file->result->odd++;
    warn(file, spot_within(piece, oddity->offset), record->sheet.space, oddity->field,
         "no value of this kind was expected; it counts as unknown", oddity->hint);
  }
}

static enum sift_status take_sheet(struct facts_file *file, struct spot spot, const struct sift_fact_sheet *sheet) {
  bool doubled = false;
  bool contradicts = false;
  enum sift_status status = sift_facts_add(file->facts, sheet, &doubled, &contradicts);
  if (status != SIFT_OK) {
    return status;
  }
  file->result->sheets++;
  file->staged += sheet->values[SIFT_FACT_STAGE].len > 0;
  if (contradicts) {
    file->result->contradictory++;
    warn(file, spot, sheet->space, "", "differs from an earlier sheet of this Space; the later of the two counts",
         "give both a \"time\", or leave out the old one");
  }
  return SIFT_OK;
}

static void skip_uninformed(struct facts_file *file, struct spot spot, const struct sift_fact_record *record) {
  char message[MESSAGE_BYTES_MAX];
  if (record->error.len == 0) {
    skip(file, spot, record->sheet.space, "says nothing that is known as a fact",
         "ask the Hub for /api/spaces?author=NAME&expand[]=runtime&expand[]=sdk&expand[]=sha&expand[]=cardData");
    return;
  }
  snprintf(message, sizeof message, "the Hub gave an error instead of facts: %.*s",
           (int)(record->error.len < MESSAGE_BYTES_MAX / 2 ? record->error.len : MESSAGE_BYTES_MAX / 2), record->error.data);
  skip(file, spot, record->sheet.space, message, "check the Space's name and the token, and ask again");
}

static enum sift_status take_record(struct facts_file *file, const struct sift_json_piece *piece, struct sift_fact_record *record) {
  struct spot spot = spot_of(piece);
  if (record->sheet.space.len == 0) {
    record->sheet.space = file->config->default_space;
  }
  tell_oddities(file, piece, record);
  if (!record->informed) {
    skip_uninformed(file, spot, record);
    return SIFT_OK;
  }
  if (record->sheet.space.len == 0) {
    skip(file, spot, record->sheet.space, "names no Space",
         "add \"space\": \"owner/name\" to it, or name the Space of the whole file on the command line");
    return SIFT_OK;
  }
  if (record->repaired) {
    warn(file, spot, record->sheet.space, "", "held invalid UTF-8, which was replaced", "save the file as UTF-8");
  }
  check_time(file, spot, &record->sheet);
  return take_sheet(file, spot, &record->sheet);
}

/* --- pieces ------------------------------------------------------------------------------------------------------------ */

static enum sift_status take_object(struct facts_file *file, const struct sift_json_piece *piece) {
  struct sift_fact_record record;
  enum sift_reason reason = SIFT_REASONS;
  enum sift_status status = sift_fact_records_read(file->records, piece->text, &record, &reason);
  if (status != SIFT_OK) {
    return status;
  }
  if (reason == SIFT_REASON_JSON_DEPTH) {
    skip(file, spot_of(piece), sift_span(NULL, 0), "is nested too deeply; skipped", "give the Space's facts alone");
  } else if (reason != SIFT_REASONS) {
    skip(file, spot_of(piece), sift_span(NULL, 0), "the object that begins here is not valid JSON; skipped",
         "look for a missing comma or quote, or write the file with a JSON library");
  } else {
    return take_record(file, piece, &record);
  }
  return SIFT_OK;
}

static void skip_broken(struct facts_file *file, const struct sift_json_piece *piece) {
  struct spot spot = {piece->damage_line, piece->damage_column};
  char message[MESSAGE_BYTES_MAX];
  snprintf(message, sizeof message, "the object that begins at line %u, column %u breaks off here; skipped", piece->line,
           piece->column);
  skip(file, spot, sift_span(NULL, 0), message, "close its quotes and brackets; write a line break inside a text as \\n");
}

static bool is_utf16(struct sift_span text) {
  return sift_span_starts(text, "\xFF\xFE") || sift_span_starts(text, "\xFE\xFF") ||
         (text.len > 1 && (text.data[0] == '\0' || text.data[1] == '\0'));
}

/* What the first bytes tell of the whole file. */
static void judge_beginning(struct facts_file *file, const struct sift_json_piece *piece) {
  if (is_utf16(piece->text)) {
    refuse(file, "is UTF-16", "save it as UTF-8");
  } else if (piece->kind == SIFT_JSON_PIECE_OTHER && sift_span_starts(piece->text, "<")) {
    refuse(file, "is HTML or XML, not JSON",
           "ask https://huggingface.co/api/spaces, with a token if need be, not the page that people see");
  }
}

static enum sift_status take_piece(struct facts_file *file, const struct sift_json_piece *piece) {
  struct sift_span none = sift_span(NULL, 0);
  switch (piece->kind) {
  case SIFT_JSON_PIECE_OBJECT:
    return take_object(file, piece);
  case SIFT_JSON_PIECE_BROKEN:
    skip_broken(file, piece);
    break;
  case SIFT_JSON_PIECE_LONG:
    skip(file, spot_of(piece), none, "the object that begins here is longer than 1 MiB; skipped",
         "give each Space an object of its own, in a list or one a line");
    break;
  case SIFT_JSON_PIECE_OTHER:
    skip(file, spot_of(piece), none, "is no JSON object; skipped", "give one object for each Space, in a list or one a line");
    break;
  case SIFT_JSON_PIECE_TRUNCATED:
    file->result->damaged = true;
    skip(file, spot_of(piece), none, "the file ends within the object that begins here; skipped", "fetch the file again");
    break;
  case SIFT_JSON_PIECE_UNCLOSED:
    file->result->damaged = true;
    warn(file, spot_of(piece), none, "", "the file ends before its list does", "fetch the file again: Spaces are missing");
    break;
  }
  return SIFT_OK;
}

static enum sift_status take_pieces(struct facts_file *file) {
  struct sift_json_piece piece;
  enum sift_status status = SIFT_OK;
  for (bool first = true; (status = sift_json_split_next(file->split, &piece)) == SIFT_OK; first = false) {
    if (first) {
      judge_beginning(file, &piece);
    }
    status = file->hopeless ? SIFT_EFORMAT : take_piece(file, &piece);
    if (status != SIFT_OK) {
      return status;
    }
  }
  return status;
}

/* --- the whole file ---------------------------------------------------------------------------------------------------- */

static void tell_damage(struct facts_file *file, enum sift_reason reason) {
  file->result->damaged = true;
  warn(file, (struct spot){0, 0}, sift_span(NULL, 0), "", reason < SIFT_REASONS ? sift_reason_text(reason) : "could not be read",
       "fetch the file again: what follows is lost");
}

static enum sift_status conclude(struct facts_file *file, enum sift_status status, enum sift_reason reason) {
  if (status == SIFT_ENOMEM || file->hopeless) {
    return status;
  }
  if (status != SIFT_END) {
    tell_damage(file, reason);
  }
  if (file->result->sheets == 0 && (status != SIFT_END || file->result->skipped > 0 || file->result->damaged)) {
    refuse(file, "nothing in it can be used as facts of Spaces",
           "it wants JSON as the Hub's /api/spaces gives it, or one object a line: {\"space\": \"owner/name\", \"stage\": "
           "\"RUNNING\"}");
    return status != SIFT_END ? status : SIFT_EFORMAT;
  }
  if (file->result->sheets == 0) {
    warn(file, (struct spot){0, 0}, sift_span(NULL, 0), "", "holds no facts", "check that it is the file you meant");
  } else if (file->staged == 0) {
    warn(file, (struct spot){0, 0}, sift_span(NULL, 0), "", "tells no stage of any Space",
         "ask the Hub for /api/spaces?author=NAME&expand[]=runtime");
  }
  return SIFT_OK;
}

enum sift_status sift_facts_file_read_source(struct sift_facts *facts, struct sift_source *source, const char *name,
                                             const struct sift_facts_file_config *config, struct sift_problems *problems,
                                             struct sift_facts_file_result *result) {
  struct facts_file file = {.facts = facts, .name = name, .config = config, .problems = problems, .result = result};
  *result = (struct sift_facts_file_result){0};
  enum sift_status status = sift_json_split_new(&file.split, source, SIFT_FACTS_RECORD_BYTES_MAX);
  if (status == SIFT_OK) {
    status = sift_fact_records_new(&file.records);
  }
  if (status == SIFT_OK) {
    status = take_pieces(&file);
    status = conclude(&file, status, source->reason);
  }
  sift_fact_records_free(file.records);
  sift_json_split_free(file.split);
  return status;
}

static enum sift_status tell_unopened(struct facts_file *file, enum sift_status status, enum sift_reason reason, int error) {
  if (status == SIFT_ENOMEM) {
    return status;
  }
  if (status == SIFT_END) {
    warn(file, (struct spot){0, 0}, sift_span(NULL, 0), "", "is empty", "fetch it again, or leave it out");
    return SIFT_OK;
  }
  file->result->damaged = true;
  bool refused = reason == SIFT_REASON_UNREADABLE && error != 0;
  const char *message = reason < SIFT_REASONS ? sift_reason_text(reason) : sift_status_text(status);
  sift_problems_add(file->problems, &(struct sift_problem){.file = file->name,
                                                           .subject = "",
                                                           .field = "",
                                                           .message = refused ? strerror(error) : message,
                                                           .hint = refused ? "check the file's name and permissions" : ""});
  return status;
}

enum sift_status sift_facts_file_read(struct sift_facts *facts, const char *path, const struct sift_facts_file_config *config,
                                      struct sift_problems *problems, struct sift_facts_file_result *result) {
  struct sift_source *source = NULL;
  struct sift_source_limits limits = {.window_log_max = WINDOW_LOG_MAX};
  enum sift_reason reason = SIFT_REASONS;
  *result = (struct sift_facts_file_result){0};
  errno = 0;
  enum sift_status status = sift_source_open(&source, path, &limits, &reason);
  if (status != SIFT_OK) {
    struct facts_file file = {.name = path, .problems = problems, .result = result};
    return tell_unopened(&file, status, reason, errno);
  }
  status = sift_facts_file_read_source(facts, source, path, config, problems, result);
  sift_source_free(source);
  return status;
}
