-- all_places_taken: how many hosts, machines and directories each product key has activated.
SELECT product_key, max(place) FROM activation GROUP BY product_key;
