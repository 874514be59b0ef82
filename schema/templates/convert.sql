-- A column of texts that becomes one of another type: what its values become is worked out outside, by the parser that reads files.

-- name: begin
create temporary table weir_text (was text, becomes text) on commit drop

-- name: texts
declare weir_texts no scroll cursor for
select :"column" from :"schema".:"table" where :"column" is not null
union
select w.cells ->> :'column'::text from weir.waiting w where w.table_name = :'table' and w.cells ->> :'column'::text is not null
union
select w.cells ->> :'column'::text from weir.overwritten w where w.table_name = :'table' and w.cells ->> :'column'::text is not null

-- name: fetch
fetch 1000 from weir_texts

-- name: add
insert into weir_text select pair ->> 0, pair ->> 1 from jsonb_array_elements(:'pairs'::jsonb) pair

-- name: write
update :"schema".:"table" w set :"column" = t.becomes
from weir_text t where w.:"column" = t.was

-- name: close
close weir_texts

-- name: end
drop table weir_text
