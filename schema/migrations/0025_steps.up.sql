-- Streams of steps (docs/steps.md): what came of a step in words, and of a delivery what each receiver had ("delivered", "sent").
alter table weir.execution_step add column message text, add column detail jsonb;
