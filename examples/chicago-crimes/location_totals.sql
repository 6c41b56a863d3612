-- The view behind the chart. The crawler names the columns of a CSV without a header col0, col1, col2.
CREATE OR REPLACE VIEW location_totals AS
SELECT col0                         AS location,
       SUM(col1)                    AS crimes,
       COUNT(*)                     AS windows,
       CAST(SUM(col1) AS DOUBLE) / COUNT(*) AS crimes_per_window
FROM top_locations
GROUP BY col0
