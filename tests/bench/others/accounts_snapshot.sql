{% snapshot accounts %}
{{ config(target_schema='bench_dbt', unique_key='email', strategy='check', check_cols='all') }}
select * from bench.staged
{% endsnapshot %}
