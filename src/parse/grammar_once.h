// What libpg_query exports beside its public header: the calls that pg_query_parse() and pg_query_fingerprint() are
// made of, so that one parse serves both. The library's soname is that of one release, and the build uses this only
// where cmake/parse_once.cc, compiled with these declarations and run, gets the results of the public calls.
#pragma once

#include <pg_query.h>

#include <cstdint>

extern "C" {

struct PgQueryRawParse {  // PgQueryInternalParsetreeAndError
  void* tree;
  char* stderr_buffer;
  PgQueryError* error;
};

void* pg_query_enter_memory_context(void);
void pg_query_exit_memory_context(void* context);
PgQueryRawParse pg_query_raw_parse(const char* text);
char* pg_query_nodes_to_json(const void* tree);  // in the memory context
uint64_t pg_query_fingerprint_node(const void* tree);
}
