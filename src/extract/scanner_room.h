/* Put before each grammar's scanner: it takes the buffer that its state is written into for smaller than it is.
   Scanners of tree-sitter 0.25's grammars are off by one or two bytes when it is full (Python: 510 nested blocks within
   a string), and the parser's own fields stand behind it. */
#include "tree_sitter/parser.h"

#undef TREE_SITTER_SERIALIZATION_BUFFER_SIZE
#define TREE_SITTER_SERIALIZATION_BUFFER_SIZE (1024 - 8)
