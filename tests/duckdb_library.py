"""DuckDB's own library, by its C interface: what it reads of files that Freshet wrote."""

import ctypes
import pathlib

LIBRARY = pathlib.Path(__file__).parents[1] / "build/third_party/duckdb/lib/libduckdb.so"


class _Result(ctypes.Structure):
    _fields_ = (
        ("counts", ctypes.c_uint64 * 3),
        ("columns", ctypes.c_void_p),
        ("error", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
    )


class DuckDB:
    """One in-memory database. Answers are rows of texts, None for NULL."""

    def __init__(self):
        self._library = ctypes.CDLL(str(LIBRARY))
        self._library.duckdb_value_varchar.restype = ctypes.c_void_p
        self._library.duckdb_column_count.restype = ctypes.c_uint64
        self._library.duckdb_row_count.restype = ctypes.c_uint64
        self._library.duckdb_result_error.restype = ctypes.c_char_p
        self._database, self._connection = ctypes.c_void_p(), ctypes.c_void_p()
        assert self._library.duckdb_open(None, ctypes.byref(self._database)) == 0
        assert self._library.duckdb_connect(self._database, ctypes.byref(self._connection)) == 0

    def rows(self, sql):
        result = _Result()
        state = self._library.duckdb_query(self._connection, sql.encode(), ctypes.byref(result))
        try:
            if state != 0:
                raise RuntimeError(self._library.duckdb_result_error(ctypes.byref(result)).decode())
            columns = self._library.duckdb_column_count(ctypes.byref(result))
            count = self._library.duckdb_row_count(ctypes.byref(result))
            return [
                tuple(self._cell(result, column, row) for column in range(columns))
                for row in range(count)
            ]
        finally:
            self._library.duckdb_destroy_result(ctypes.byref(result))

    def _cell(self, result, column, row):
        text = self._library.duckdb_value_varchar(
            ctypes.byref(result), ctypes.c_uint64(column), ctypes.c_uint64(row)
        )
        if not text:
            return None
        value = ctypes.string_at(text).decode()
        self._library.duckdb_free(ctypes.c_void_p(text))
        return value
