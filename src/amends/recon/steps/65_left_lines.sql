-- Report lines that end the run untied, with what is known about each.
SELECT p.line_id, p.type, p.currency, p.gross_minor, p.settled_date, p.said AS merchant_reference,
       c.twin, EXISTS (
         SELECT 1 FROM maybe AS m WHERE m.line_id = p.line_id) AS proposed
FROM line_rest AS p
LEFT JOIN line_copy AS c ON c.line_id = p.line_id
WHERE NOT EXISTS (SELECT 1 FROM tied AS t WHERE t.line_id = p.line_id)
ORDER BY p.line_id;
